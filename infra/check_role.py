"""What the gateway's role lets it do, by its policies alone: a table of calls that must be allowed, or denied.

Reads the policies as IAM does: a Deny that matches wins, else an Allow is needed. Run by check_template.py.
"""

import json
import re

from cloudformation import PLACE, Stack

TABLE = f"arn:aws:dynamodb:{PLACE}:table/"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:"
SELF = f"{FUNCTION}tollgate-Gateway-1A2B3C"
LOG = f"arn:aws:logs:{PLACE}:log-group:"
STREAM = f"{TABLE}tollgate-routes/stream/2026-01-01T00:00:00.000"
KEY = f"arn:aws:kms:{PLACE}:key/1234abcd"
OTHER_ACCOUNT = f"arn:aws:lambda:{PLACE.replace('1111', '9999')}:function:"

# What the gateway does with its own tables, from src/store. What only `tollgate` does there is not in it.
OWN = {
    "stages": ["GetItem", "Scan", "UpdateItem", "ConditionCheckItem"],
    "routes": ["GetItem", "Query"],
    "api-keys": ["GetItem"],
    "usage-plans": ["GetItem"],
    "deployments": ["GetItem", "Query", "PutItem", "ConditionCheckItem"],
    "counters": ["GetItem", "UpdateItem"],
    "cache": ["Query", "PutItem", "DeleteItem"],
}
# And of the deployments, unless KeepDeployments keeps all.
PRUNE = ["Scan", "DeleteItem", "BatchWriteItem"]
ITEM_ACTIONS = [
    *["GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"],
    *["ConditionCheckItem", "PartiQLSelect", "PartiQLDelete", "DeleteTable", "UpdateTable", "UpdateTimeToLive"],
]
TARGET_ACTIONS = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "ConditionCheckItem",
]

NEVER = [
    ("iam:PassRole", "arn:aws:iam::111122223333:role/admin"),
    ("iam:CreateUser", "arn:aws:iam::111122223333:user/x"),
    ("sts:AssumeRole", "arn:aws:iam::111122223333:role/admin"),
    ("lambda:UpdateFunctionCode", SELF),
    ("lambda:UpdateFunctionConfiguration", SELF),
    ("lambda:AddPermission", SELF),
    ("lambda:InvokeFunction", SELF),
    ("lambda:InvokeFunction", f"{SELF}:live"),
    ("logs:DeleteLogGroup", f"{LOG}/aws/lambda/tollgate"),
    ("logs:CreateLogGroup", f"{LOG}/aws/lambda/tollgate"),
    ("logs:PutLogEvents", f"{LOG}/aws/lambda/other:log-stream:x"),
    ("dynamodb:GetItem", f"{TABLE}tollgate-stages-2"),
    ("dynamodb:GetItem", f"{TABLE}orders"),
    ("dynamodb:GetRecords", f"{TABLE}tollgate-stages/stream/2026-01-01T00:00:00.000"),
    ("s3:GetObject", "arn:aws:s3:::bucket/key"),
    ("sqs:SendMessage", f"arn:aws:sqs:{PLACE}:queue"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{PLACE}:secret:x"),
    ("kms:Encrypt", KEY),
]
ALWAYS = [
    ("logs:PutLogEvents", f"{LOG}/aws/lambda/tollgate:log-stream:x"),
    ("logs:CreateLogStream", f"{LOG}/aws/lambda/tollgate:log-stream:x"),
    *[(f"dynamodb:{action}", STREAM) for action in ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]],
]

INVOKE = "lambda:InvokeFunction"
DECRYPT = "kms:Decrypt"
TAGGED = {"aws:ResourceTag/gateway": "shop"}
# Parameters; calls that they allow; calls that they do not. A call: action, resource, and what IAM knows of it.
OPTIONS = [
    (
        {},
        [],
        [
            (INVOKE, f"{FUNCTION}orders", {}),
            (INVOKE, f"{FUNCTION}shop-orders", TAGGED),
            ("dynamodb:GetItem", f"{TABLE}stock", {}),
            (DECRYPT, KEY, {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}),
            ("xray:PutTraceSegments", "*", {}),
        ],
    ),
    (
        {"TargetFunctionArns": f"{FUNCTION}orders,{FUNCTION}users"},
        [
            (INVOKE, f"{FUNCTION}orders", {}),
            (INVOKE, f"{FUNCTION}orders:live", {}),
            (INVOKE, f"{FUNCTION}users", {}),
            (INVOKE, f"{FUNCTION}users:3", {}),
        ],
        [
            (INVOKE, f"{FUNCTION}orders-2", {}),
            (INVOKE, f"{FUNCTION}payments", {}),
            ("lambda:InvokeFunctionUrl", f"{FUNCTION}orders", {}),
            ("lambda:GetFunction", f"{FUNCTION}orders", {}),
            ("lambda:DeleteFunction", f"{FUNCTION}orders", {}),
        ],
    ),
    (
        {"TargetFunctionNamePattern": "shop-*"},
        [(INVOKE, f"{FUNCTION}shop-orders", {}), (INVOKE, f"{FUNCTION}shop-orders:live", {})],
        [
            (INVOKE, f"{FUNCTION}orders", {}),
            (INVOKE, f"{FUNCTION}eshop-orders", {}),
            (INVOKE, f"{OTHER_ACCOUNT}shop-orders", {}),
            ("lambda:DeleteFunction", f"{FUNCTION}shop-orders", {}),
        ],
    ),
    (
        {"TargetFunctionNamePattern": "shop-*-api"},
        [(INVOKE, f"{FUNCTION}shop-orders-api", {}), (INVOKE, f"{FUNCTION}shop-orders-api:live", {})],
        [(INVOKE, f"{FUNCTION}shop-orders", {})],
    ),
    # The gateway's own name fits, and it is denied all the same.
    ({"TargetFunctionNamePattern": "tollgate-*"}, [(INVOKE, f"{FUNCTION}tollgate-users", {})], []),
    ({"TargetFunctionArns": SELF}, [], []),
    (
        {"TargetFunctionTag": "gateway=shop"},
        [(INVOKE, f"{FUNCTION}orders", TAGGED), (INVOKE, f"{FUNCTION}orders:live", TAGGED)],
        [
            (INVOKE, f"{FUNCTION}orders", {}),
            (INVOKE, f"{FUNCTION}orders", {"aws:ResourceTag/gateway": "admin"}),
            (INVOKE, f"{FUNCTION}orders", {"aws:ResourceTag/other": "shop"}),
            (INVOKE, f"{OTHER_ACCOUNT}orders", TAGGED),
            (INVOKE, SELF, TAGGED),
            ("lambda:TagResource", f"{FUNCTION}orders", TAGGED),
        ],
    ),
    (
        {"TargetTableArns": f"{TABLE}stock"},
        [(f"dynamodb:{action}", f"{TABLE}stock", {}) for action in TARGET_ACTIONS]
        + [("dynamodb:Query", f"{TABLE}stock/index/by-day", {}), ("dynamodb:Scan", f"{TABLE}stock/index/by-day", {})],
        [
            ("dynamodb:DeleteTable", f"{TABLE}stock", {}),
            ("dynamodb:GetItem", f"{TABLE}stock-2", {}),
            ("dynamodb:PutItem", f"{TABLE}stock/index/by-day", {}),
        ],
    ),
    (
        {"KmsKeyArn": KEY},
        [
            (DECRYPT, KEY, {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}),
            (DECRYPT, KEY, {"kms:ViaService": "lambda.eu-west-1.amazonaws.com"}),
        ],
        [
            (DECRYPT, KEY, {}),
            (DECRYPT, KEY, {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}),
            (DECRYPT, f"{KEY}5", {"kms:ViaService": "dynamodb.eu-west-1.amazonaws.com"}),
        ],
    ),
    ({"KeepDeployments": 0}, [], []),
    ({"Tracing": "true"}, [("xray:PutTraceSegments", "*", {}), ("xray:PutTelemetryRecords", "*", {})], []),
]


def statements(stack):
    role = stack.resources["GatewayRole"]["Properties"]
    documents = [policy["PolicyDocument"] for policy in role["Policies"]]
    for resource in stack.resources.values():
        if resource["Type"] == "AWS::IAM::Policy":
            document = resource["Properties"]["PolicyDocument"]
            documents.append(json.loads(document) if isinstance(document, str) else document)
    return [statement for document in documents for statement in document["Statement"]]


def several(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text, flags=0):
    expression = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.fullmatch(expression, text, flags) is not None


def applies(statement, action, resource, known):
    unknown = set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"}
    operators = set(statement.get("Condition", {})) - {"StringEquals"}
    if unknown or operators:
        raise ValueError(f"{statement}: {unknown | operators} is not known here")
    keys = statement.get("Condition", {}).get("StringEquals", {}).items()
    return (
        any(matches(it, action, re.IGNORECASE) for it in several(statement["Action"]))
        and any(matches(it, resource) for it in several(statement["Resource"]))
        and all(known.get(key) in several(values) for key, values in keys)
    )


def is_allowed(policies, action, resource, known):
    effects = {it["Effect"] for it in policies if applies(it, action, resource, known)}
    return effects == {"Allow"}


def calls_of_every_stack(given):
    for table, actions in OWN.items():
        prune = PRUNE if table == "deployments" and given.get("KeepDeployments") != 0 else []
        for action in ITEM_ACTIONS:
            yield f"dynamodb:{action}", f"{TABLE}tollgate-{table}", {}, action in actions + prune
    yield from ((action, resource, {}, True) for action, resource in ALWAYS)
    yield from ((action, resource, {}, False) for action, resource in NEVER)


def wrong(template, folder):
    found = []
    for given, allowed, denied in OPTIONS:
        policies = statements(Stack(template, given, folder))
        calls = [*calls_of_every_stack(given), *((*call, True) for call in allowed), *((*call, False) for call in denied)]
        for action, resource, known, expected in calls:
            got = is_allowed(policies, action, resource, known)
            if got != expected:
                words = {True: "allowed", False: "denied"}
                found.append(f"{given}: {action} on {resource} {known}: got {words[got]}, expected {words[expected]}")
        found += [f"{it} has no Sid" for it in policies if "Sid" not in it]
    return found
