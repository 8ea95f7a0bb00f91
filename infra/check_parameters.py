"""What the template refuses, and with which words; what it takes. Run by check_template.py."""

from cloudformation import Stack

STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/tollgate-routes/stream/2026-01-01T00:00:00.000"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# The parameters, and words of the one refusal.
REFUSED = [
    ({"MemoryMegabytes": 100}, "Lambda has 128 to 10240 megabytes"),
    ({"MemoryMegabytes": 10241}, "Lambda has 128 to 10240 megabytes"),
    ({"ReservedConcurrency": -2}, "0 to 10000, or -1 for none"),
    ({"TimeoutSeconds": 0}, "Lambda has 1 to 900 seconds"),
    ({"TimeoutSeconds": 901}, "Lambda has 1 to 900 seconds"),
    ({"TablePrefix": "shop/prod"}, "so no slash"),
    ({"TargetFunctionNamePattern": "*"}, "invoke every function of the account"),
    ({"TargetFunctionNamePattern": "*-api"}, "invoke every function of the account"),
    ({"TargetFunctionNamePattern": "s*"}, "invoke every function of the account"),
    ({"TargetFunctionNamePattern": "shop:*"}, "A function's name"),
    ({"TargetFunctionTag": "gateway"}, "One tag as key=value"),
    ({"TargetFunctionTag": 'a":"b=c'}, "One tag as key=value"),
    ({"TargetFunctionTag": "a=${b}"}, "One tag as key=value"),
    ({"TargetFunctionTag": "a=*"}, "One tag as key=value"),
    ({"TargetFunctionArns": "*"}, "TargetFunctionArns has *"),
    ({"TargetTableArns": f"{STREAM.split('/stream')[0]},*"}, "TargetTableArns has *"),
    ({"LiveVersion": "live"}, "the number of a version"),
    ({"LiveVersion": "0"}, "the number of a version"),
    ({"KmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:alias/shop"}, "not that of an alias"),
    ({"AlarmTopicArn": "ops@example.com"}, "The ARN of a topic"),
    ({"UseExistingTables": "true"}, "needs a RoutesStreamArn"),
    ({"RoutesStreamArn": STREAM}, "is for tables that exist"),
    ({"UseExistingTables": "true", "RoutesStreamArn": STREAM.split("/stream")[0]}, "The ARN of a stream"),
    ({"PrivateUrl": "true", "FunctionUrlAuthType": "AWS_IAM"}, "the one URL is private"),
    ({"RequireTrustedProxy": "true"}, "needs a TrustedProxySecret"),
    ({"KeepDeployments": -1}, "0 to 10000"),
    ({"MetricNamespace": 'a"b'}, "Letters, digits"),
    ({"LogRetentionDays": 2}, "LogRetentionDays"),
    ({"Architecture": "mips"}, "Architecture"),
]

TAKEN = [
    {},
    {"MemoryMegabytes": 10240, "ReservedConcurrency": -1, "TimeoutSeconds": 900},
    {"ReservedConcurrency": 0},
    {"TargetFunctionNamePattern": "shop-*", "TargetFunctionTag": "gateway=shop"},
    {"TargetFunctionNamePattern": "shop-*-prod"},
    {"TargetFunctionTag": "team:gateway/shop=A b"},
    {"TablePrefix": ""},
    {"LiveVersion": "7"},
    {"UseExistingTables": "true", "RoutesStreamArn": STREAM},
    {"KmsKeyArn": KEY, "PrivateUrl": "true", "FormerUrl": "true", "Tracing": "true", "Dashboard": "true"},
    {"RequireTrustedProxy": "true", "TrustedProxySecret": "s3cret"},
]


def wrong(template, folder):
    found = []
    for given, words in REFUSED:
        said = Stack(template, given, folder).refusals()
        if len(said) != 1 or words not in said[0]:
            found.append(f"{given}: got {said}, expected one refusal with {words!r}")
    for given in TAKEN:
        said = Stack(template, given, folder).refusals()
        if said:
            found.append(f"{given}: got {said}, expected no refusal")
    return found
