-- Makes an event of payload format 2.0 of the request, invokes the target, and answers with what it says.

local cjson = require "cjson.safe"

local headers = ngx.req.get_headers()
local event = {
    version = "2.0",
    routeKey = "$default",
    rawPath = ngx.var.uri,
    rawQueryString = ngx.var.args or "",
    headers = headers,
    pathParameters = { tenant = ngx.var.tenant, id = ngx.var.id },
    requestContext = {
        accountId = "000000000000",
        apiId = "nginx",
        domainName = headers.host,
        domainPrefix = "nginx",
        http = {
            method = ngx.req.get_method(),
            path = ngx.var.uri,
            protocol = ngx.var.server_protocol,
            sourceIp = ngx.var.remote_addr,
            userAgent = headers["user-agent"],
        },
        requestId = ngx.var.request_id,
        routeKey = "$default",
        stage = "$default",
        time = ngx.var.time_local,
        timeEpoch = ngx.now() * 1000,
    },
    isBase64Encoded = false,
}

local invoked = ngx.location.capture("/invoke", { method = ngx.HTTP_POST, body = cjson.encode(event) })
local answer = invoked.status == 200 and cjson.decode(invoked.body)
if not answer or not answer.statusCode then
    return ngx.exit(ngx.HTTP_BAD_GATEWAY)
end
ngx.status = answer.statusCode
for name, value in pairs(answer.headers or {}) do
    ngx.header[name] = value
end
ngx.print(answer.body)
