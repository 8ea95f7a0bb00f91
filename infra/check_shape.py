"""What a parameter changes in what is made: properties of resources, with their values. Run by check_template.py.

Also what no emulator applies (TTL, point-in-time recovery, reserved concurrency), which deploy_check.py cannot see.
"""

from check_parameters import KEY, STREAM
from cloudformation import Stack

PEOPLES = ["Stages", "Routes", "ApiKeys", "UsagePlans"]
OWN = ["Deployments", "Counters", "Cache"]
RESTORABLE = {"PointInTimeRecoveryEnabled": True}
ENCRYPTED = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}
EXISTING = {"UseExistingTables": "true", "RoutesStreamArn": STREAM}
# A resource that is not made has the property `absent`.
ABSENT = "absent"

# Parameters; resource of the stack, or Tables/resource of the nested one; property; value (`None`: it is not there).
SHAPES = [
    *[({}, f"Tables/{table}", "DeletionProtectionEnabled", "true") for table in PEOPLES],
    *[({}, f"Tables/{table}", "PointInTimeRecoverySpecification", RESTORABLE) for table in PEOPLES],
    *[({"DeletionProtection": "false"}, f"Tables/{table}", "DeletionProtectionEnabled", "false") for table in PEOPLES],
    *[({}, f"Tables/{table}", "DeletionProtectionEnabled", None) for table in OWN],
    *[({}, f"Tables/{table}", "BillingMode", "PAY_PER_REQUEST") for table in PEOPLES + OWN],
    *[
        ({}, f"Tables/{table}", "TimeToLiveSpecification", {"AttributeName": "expiresAt", "Enabled": True})
        for table in ["Counters", "Cache"]
    ],
    ({}, "Tables/Routes", "StreamSpecification", {"StreamViewType": "KEYS_ONLY"}),
    ({}, "Tables/Routes", "TableName", "tollgate-routes"),
    ({"TablePrefix": "shop"}, "Tables/Routes", "TableName", "shop-routes"),
    # The stack is called so.
    ({"TablePrefix": ""}, "Tables/Routes", "TableName", "tollgate-routes"),
    *[({"KmsKeyArn": KEY}, f"Tables/{table}", "SSESpecification", ENCRYPTED) for table in PEOPLES + OWN],
    *[({}, f"Tables/{table}", "SSESpecification", None) for table in PEOPLES + OWN],
    *[(EXISTING, f"Tables/{table}", ABSENT, None) for table in PEOPLES + OWN],
    (EXISTING, "GatewayRouteEdits", "EventSourceArn", STREAM),
    ({}, "GatewayRouteEdits", "EventSourceArn", STREAM),
    ({}, "Gateway", "MemorySize", "128"),
    ({"MemoryMegabytes": 256}, "Gateway", "MemorySize", "256"),
    ({}, "Gateway", "ReservedConcurrentExecutions", "50"),
    ({"ReservedConcurrency": 0}, "Gateway", "ReservedConcurrentExecutions", "0"),
    ({"ReservedConcurrency": -1}, "Gateway", "ReservedConcurrentExecutions", None),
    ({}, "Gateway", "TracingConfig", {"Mode": "PassThrough"}),
    ({"Tracing": "true"}, "Gateway", "TracingConfig", {"Mode": "Active"}),
    ({}, "Gateway", "KmsKeyArn", None),
    ({"KmsKeyArn": KEY}, "Gateway", "KmsKeyArn", KEY),
    ({"KmsKeyArn": KEY}, "GatewayLogGroup", "KmsKeyId", KEY),
    ({}, "GatewayLogGroup", "KmsKeyId", None),
    ({}, "Live", "FunctionVersion", "$LATEST"),
    ({"LiveVersion": 7}, "Live", "FunctionVersion", "7"),
    ({"LiveVersion": 7, "PrivateUrl": "true"}, "Private", "FunctionVersion", "7"),
    ({}, "LiveUrl", "AuthType", "NONE"),
    ({"FunctionUrlAuthType": "AWS_IAM"}, "LiveUrl", "AuthType", "AWS_IAM"),
    ({"FunctionUrlAuthType": "AWS_IAM"}, "LiveUrlIsForEverybody", ABSENT, None),
    ({"FunctionUrlAuthType": "AWS_IAM"}, "LiveUrlMayInvokeForEverybody", ABSENT, None),
    ({"PrivateUrl": "true"}, "PrivateAliasUrl", "AuthType", "AWS_IAM"),
    ({}, "PrivateAliasUrl", ABSENT, None),
    ({}, "GatewayUrl", ABSENT, None),
    ({"FormerUrl": "true"}, "GatewayUrl", "Qualifier", None),
    ({"FormerUrl": "true"}, "GatewayUrlPublicPermissions", "Action", "lambda:InvokeFunctionUrl"),
    ({"FormerUrl": "true", "FunctionUrlAuthType": "AWS_IAM"}, "GatewayUrlPublicPermissions", ABSENT, None),
    ({}, "Queries/Failures", "Name", "tollgate/1 failures"),
    ({}, "Queries/Failures", "LogGroupNames", ["/aws/lambda/tollgate"]),
    ({}, "Alarms", ABSENT, None),
    ({}, "Charts", ABSENT, None),
    ({"AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:ops"}, "Alarms/ConcurrencyNearItsLimit", "Threshold", 80),
    (
        {"AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:ops", "ReservedConcurrency": -1},
        "Alarms/ConcurrencyNearItsLimit",
        ABSENT,
        None,
    ),
    (
        {"AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:ops", "AlarmErrorPercent": 1},
        "Alarms/ServerErrorShare",
        "Threshold",
        "1",
    ),
]


def value_of(stack, place, name):
    while "/" in place:
        outer, place = place.split("/", 1)
        stack = stack.inner(outer)
    if place not in stack.resources:
        return ABSENT
    return stack.resources[place]["Properties"].get(name)


def wrong(template, folder):
    found = []
    for given, place, name, value in SHAPES:
        got = value_of(Stack(template, given, folder), place, name)
        expected = ABSENT if name == ABSENT else value
        if got != expected:
            found.append(f"{given}: {place} {name}: got {got}, expected {expected}")
    tables = Stack(template, {"TablePrefix": "shop"}, folder).inner("Tables")
    for name in PEOPLES + OWN:
        said, made = tables.output(f"{name}Table"), tables.resources[name]["Properties"]["TableName"]
        arn = tables.output(f"{name}TableArn")
        if said != made or not arn.endswith(f":table/{made}"):
            found.append(f"infra/tables.yaml: {name} is called {made}, and the outputs say {said} and {arn}")
    for name, resource in tables.template["Resources"].items():
        kept = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        if resource["Type"] == "AWS::DynamoDB::Table" and kept != ("Retain", "Retain"):
            found.append(f"infra/tables.yaml: {name}: got {kept}, expected that it outlives the stack")
    return found
