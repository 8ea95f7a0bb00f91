"""What `verify-on-aws` finds and makes in the account: a stage with routes, a function behind it, and their removal."""

import io
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

# Answers its event, or two lines with a pause between them. The headers are such as an HTTP server's.
TARGET = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const headers = { 'content-type': 'application/json', server: 'verify', date: 'Thu, 01 Jan 2026 00:00:00 GMT', connection: 'close',
                    'content-length': '7', 'x-verify': 'kept' };
  const answer = (head) => awslambda.HttpResponseStream.from(stream, { statusCode: 200, cookies: ['a=1', 'b=2'], ...head });
  if (event.rawPath.endsWith('/stream')) {
    const out = answer({ headers: { 'content-type': 'text/plain' } });
    out.write('first\\n');
    await new Promise((done) => setTimeout(done, 2000));
    out.write('last\\n');
    out.end();
  } else {
    const out = answer({ headers: event.rawPath.endsWith('/headers') ? headers : { 'content-type': 'application/json' } });
    out.write(event.rawPath.endsWith('/headers') ? '{"a":1}' : JSON.stringify(event));
    out.end();
  }
});
"""
ORIGIN = "https://verify.example"


class World:
    def __init__(self, options, name):
        self.options, self.name, self.undo = options, name, []
        outputs = self.outputs() if options.stack else {}
        self.function = options.function or outputs["FunctionName"]
        self.configuration = self.aws("lambda", "get-function-configuration", "--function-name", self.function)
        self.variables = self.configuration["Environment"]["Variables"]
        self.log_group = self.configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{self.function}"
        self.qualifier = ["--qualifier", options.alias] if options.alias else []
        self.url_config = self.aws("lambda", "get-function-url-config", "--function-name", self.function, *self.qualifier)
        self.url = (options.url or self.url_config["FunctionUrl"]).rstrip("/")
        if not options.url and self.url_config["AuthType"] != "NONE":
            raise SystemExit("the URL's AuthType is AWS_IAM: give the --url of something that signs, such as CloudFront")
        # As the trusted proxy, where one must be; what has a URL of its own sends it itself.
        secret = self.variables.get("TRUSTED_PROXY_SECRET", "").split(",")[0]
        self.proxy_headers = {"x-tollgate-origin": secret} if secret else {}

    # ---- The AWS CLI ----

    def aws(self, *command, check=True):
        flags = ["--output", "json"]
        flags += ["--region", self.options.region] if self.options.region else []
        flags += ["--endpoint-url", self.options.endpoint_url] if self.options.endpoint_url else []
        run = subprocess.run(["aws", *command, *flags], capture_output=True, text=True, env={**os.environ, "AWS_PAGER": ""})
        if run.returncode and check:
            raise RuntimeError(f"aws {command[0]} {command[1]}: {run.stderr.strip()}")
        return json.loads(run.stdout) if run.stdout.strip() else {}

    def outputs(self):
        stack = self.aws("cloudformation", "describe-stacks", "--stack-name", self.options.stack)["Stacks"][0]
        return {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}

    def wait(self, what, look):
        """Looks again and again until it finds something."""
        end = time.monotonic() + self.options.patience
        while True:
            if found := look():
                return found
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: not seen in {self.options.patience:.0f} seconds")
            time.sleep(self.options.patience / 30)

    # ---- Made for the checks ----

    def set_up(self):
        role = self.configuration["Role"].split("/")[-1]
        target = self.make_function(f"{self.name}-target", TARGET)
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": target}]}
        self.aws("iam", "put-role-policy", "--role-name", role, "--policy-name", self.name, "--policy-document", json.dumps(policy))
        self.undo.append(["iam", "delete-role-policy", "--role-name", role, "--policy-name", self.name])
        integration = {"type": {"S": "AWS_PROXY"}, "uri": {"S": target}, "payloadFormatVersion": {"S": "2.0"}, "responseTransferMode": {"S": "STREAM"}}
        cors = {"M": {"allowOrigins": {"L": [{"S": ORIGIN}]}, "allowMethods": {"L": [{"S": "GET"}]}}}
        self.put_route("$api", {"corsConfiguration": cors})
        self.put_route("GET /mock", {"integration": {"M": {"type": {"S": "MOCK"}, "body": {"S": "{}"}}}})
        self.put_route("GET /echo/{one}", {"integration": {"M": integration}})
        self.wait("the stage is live", lambda: self.status(f"/{self.name}/mock") == 200)
        # The role's policy takes some seconds to act.
        self.wait("the function answers", lambda: self.status(f"/{self.name}/echo/x") == 200)
        return [(True, f"the stage {self.name} is live at {self.url}")]

    def make_function(self, name, code):
        role = f"{name}-role"
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        made = self.aws("iam", "create-role", "--role-name", role, "--assume-role-policy-document", json.dumps(trust))
        self.undo.append(["iam", "delete-role", "--role-name", role])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.js", code)
        return self.create_function(
            name, packed.getvalue(), "--runtime", "nodejs22.x", "--handler", "index.handler", "--timeout", "20", "--role", made["Role"]["Arn"]
        )

    def create_function(self, name, package, *settings):
        with tempfile.NamedTemporaryFile(suffix=".zip") as file:
            file.write(package)
            file.flush()
            create = ["lambda", "create-function", "--function-name", name, "--zip-file", f"fileb://{file.name}", *settings]
            made = self.wait(f"{name} is made", lambda: self.unless_role_is_new(create))
        self.undo.append(["lambda", "delete-function", "--function-name", name])
        state = lambda: self.aws("lambda", "get-function-configuration", "--function-name", name)
        self.wait(f"{name} is active", lambda: state().get("State", "Active") == "Active")
        return made["FunctionArn"]

    def unless_role_is_new(self, create):
        """A new role takes some seconds until Lambda may assume it."""
        try:
            return self.aws(*create)
        except RuntimeError as error:
            if "cannot be assumed" in str(error):
                return None
            raise

    def put_route(self, key, item):
        item = {"stage": {"S": self.name}, "routeKey": {"S": key}, **item}
        table = self.variables["ROUTES_TABLE"]
        self.aws("dynamodb", "put-item", "--table-name", table, "--item", json.dumps(item))
        delete = {"stage": {"S": self.name}, "routeKey": {"S": key}}
        # Before the stage's item goes, or an edit would make it anew.
        self.undo.append(["dynamodb", "delete-item", "--table-name", table, "--key", json.dumps(delete)])

    def clean_up(self):
        """Removes in the other order; what could not be removed is told."""
        left = []
        for command in reversed(self.undo):
            try:
                self.aws(*command)
            except RuntimeError as error:
                left.append((False, str(error)))
        # The gateway follows the routes' deletion before its stage goes, or it would make that anew.
        time.sleep(self.options.patience / 10)
        try:
            self.remove_stage()
        except RuntimeError as error:
            left.append((False, str(error)))
        return left or [(True, f"removed everything that is called {self.name}")]

    def remove_stage(self):
        """The stage's item, and what the gateway wrote of it: its deployment, history and place."""
        key = json.dumps({"stage": {"S": self.name}})
        stages, deployments = self.variables["STAGES_TABLE"], self.variables["DEPLOYMENTS_TABLE"]
        item = self.aws("dynamodb", "get-item", "--table-name", stages, "--key", key, "--consistent-read").get("Item", {})
        self.aws("dynamodb", "delete-item", "--table-name", stages, "--key", key)
        values = {":name": {"S": self.name}, ":id": item.get("deploymentId", {"S": "-"})}
        found = self.aws("dynamodb", "scan", "--table-name", deployments, "--consistent-read", "--projection-expression", "deploymentId, part",
                         "--filter-expression", "contains(deploymentId, :name) OR deploymentId = :id", "--expression-attribute-values", json.dumps(values))
        for it in found.get("Items", []):
            self.aws("dynamodb", "delete-item", "--table-name", deployments, "--key", json.dumps(it))

    # ---- Requests ----

    def send(self, path, method="GET", **headers):
        """Status, headers as a list, body, and the seconds at which the first and the last byte of the body came."""
        own = {name.replace("_", "-"): it for name, it in headers.items()} | ({} if self.options.url else self.proxy_headers)
        url = self.url
        if self.options.endpoint_url and not self.options.url:
            # An emulator serves each function URL at its own address, by Host.
            url, own["Host"] = self.options.endpoint_url, urllib.parse.urlsplit(self.url).netloc
        request = urllib.request.Request(url + path, method=method, headers=own)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            body = answer.read1(1)
            first = time.monotonic()
            while part := answer.read1(65536):
                body += part
            return answer.status, [(name.lower(), it) for name, it in answer.getheaders()], body.decode(), (first, time.monotonic())

    def status(self, path):
        return self.send(path)[0]
