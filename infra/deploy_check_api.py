"""The API of deploy_check.py: a route of each kind whose calls go by the gateway's role, which is enforced there."""

import hashlib
import io
import json
import time
import zipfile

KEY = "a-key-of-the-deploy-check"
FUNCTION = "shop-hello"
TAGGED = "tagged-hello"
FOREIGN = "hello"
TAGS = {TAGGED: {"gateway": "shop"}, FOREIGN: {"gateway": "admin"}}
SOURCE = 'def handler(event, context):\n    return {"statusCode": 200, "body": "hello"}\n'


def route(route_key, integration, **fields):
    return {"stage": "v1", "routeKey": route_key, "integration": integration, **fields}


def item_of(table):
    return {"type": "DYNAMODB", "action": "GetItem", "tableName": table, "key": {"id": "pen"}}


ROUTES = [
    route("GET /health", {"type": "MOCK", "body": '{"status":"up"}'}),
    route("GET /function", {"type": "AWS_PROXY", "uri": FUNCTION}),
    route("GET /tagged-function", {"type": "AWS_PROXY", "uri": TAGGED}),
    route("GET /foreign-function", {"type": "AWS_PROXY", "uri": FOREIGN}),
    route("GET /stock", item_of("stock"), cachingEnabled=True, cacheTtlInSeconds=60),
    route("GET /foreign-stock", item_of("foreign")),
    route("GET /limited", {"type": "MOCK", "body": "{}"}, apiKeyRequired=True),
]
PLAN = {
    "usagePlanId": "trial",
    "throttle": {"rateLimit": 100, "burstLimit": 100},
    "quota": {"limit": 2, "period": "DAY"},
    "apiStages": ["v1"],
}


def attribute(value):
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [attribute(it) for it in value]}
    if isinstance(value, dict):
        return {"M": item(value)}
    return {"S": value}


def item(fields):
    return {name: attribute(value) for name, value in fields.items()}


def make_targets(emulator):
    dynamodb, function = emulator.client("dynamodb"), emulator.client("lambda")
    for name in ["stock", "foreign"]:
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        dynamodb.put_item(TableName=name, Item=item({"id": "pen", "left": 7}))
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = emulator.client("iam").create_role(RoleName="target", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("target.py", SOURCE)
    for name in [FUNCTION, TAGGED, FOREIGN]:
        function.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.12",
            Handler="target.handler",
            Code={"ZipFile": code.getvalue()},
            Tags=TAGS.get(name, {}),
        )


def until(wanted, ask):
    """Asks for half a minute, for as long as the answer is another one: an edit takes a moment."""
    for _ in range(60):
        got = ask()
        if got == wanted:
            break
        time.sleep(0.5)
    return got


def serves(check, emulator, outputs):
    url, dynamodb = outputs["Url"], emulator.client("dynamodb")
    dynamodb.put_item(TableName=outputs["UsagePlansTable"], Item=item(PLAN))
    key = {"keyHash": hashlib.sha256(KEY.encode()).hexdigest(), "id": "acme-1", "usagePlanId": "trial", "enabled": True}
    dynamodb.put_item(TableName=outputs["ApiKeysTable"], Item=item(key))
    for one in ROUTES:
        dynamodb.put_item(TableName=outputs["RoutesTable"], Item=item(one))

    def status(path, **options):
        return emulator.get(url, path, **options)[0]

    got = until((200, '{"status":"up"}'), lambda: emulator.get(url, "/v1/health")[:2])
    check("a route goes live by the stream, and the URL answers with it", got, (200, '{"status":"up"}'))
    check("its last route too", until(401, lambda: status("/v1/limited")) in [401, 403])
    got = emulator.get(url, "/v1/function")[:2]
    check("the role lets it invoke a function whose name fits the pattern", got, (200, "hello"))
    check("and one that has the tag", emulator.get(url, "/v1/tagged-function")[:2], (200, "hello"))
    check("and no other", status("/v1/foreign-function") >= 500)
    got = [emulator.get(url, "/v1/stock") for _ in range(3)]
    check("the role lets it read the table that is listed", [it[0] for it in got], [200, 200, 200])
    check("and keep the answer in its own", "hit" in got[-1][2].get("Cache-Status", ""))
    check("and read no other", status("/v1/foreign-stock") >= 500)
    got = [status("/v1/limited", headers={"x-api-key": KEY}) for _ in range(3)]
    check("a key with a quota of two a day", got, [200, 200, 429])
    counted = dynamodb.scan(TableName=outputs["CountersTable"])["Count"]
    check("is counted in the table", counted > 0)
    private = outputs["PrivateUrl"]
    check("the private URL refuses who does not sign", emulator.get(private, "/v1/health")[0], 403)
    got = emulator.get(private, "/v1/health", is_signed=True)[:2]
    check("and answers who does", got, (200, '{"status":"up"}'))
    check("no access line says that something was decided without DynamoDB", degraded(emulator, outputs), [])


def degraded(emulator, outputs):
    events = emulator.client("logs").filter_log_events(logGroupName=outputs["LogGroup"])["events"]
    return [it["message"] for it in events if '"degraded"' in it["message"] or '"metric"' in it["message"]]


def edit_goes_live(emulator, outputs):
    edited = route("GET /edited", {"type": "MOCK", "body": "{}"})
    emulator.client("dynamodb").put_item(TableName=outputs["RoutesTable"], Item=item(edited))
    return until(200, lambda: emulator.get(outputs["Url"], "/v1/edited")[0]) == 200
