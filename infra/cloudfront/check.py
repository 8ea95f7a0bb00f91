"""Check CloudFront's template: linted, its function run by node, its rotation run against a small world, cut short anywhere.

Prints what is wrong; exits 1 if something is.
"""

import json
import os
import shutil
import subprocess
import sys
import types

from samcli.yamlhelper import yaml_parse

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "template.yaml")
MANAGED = {"caching disabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "all but Host": "b689b0a8-53d0-40ab-baf2-68738e2966ac"}


# ---- The function of the distribution ----

# What a viewer sends, and what the gateway gets; each header that is missing there is missing here too.
VIEWERS = [
    ({"host": "api.example.com", "accept": "*/*"},
     {"host": "api.example.com", "accept": "*/*", "x-forwarded-host": "api.example.com", "x-tollgate-viewer-ip": "198.51.100.9"}),
    # Its own words for host, address and secret go.
    ({"host": "api.example.com", "x-forwarded-host": "evil.example", "x-tollgate-viewer-ip": "10.0.0.1",
      "x-tollgate-origin": "guess", "cloudfront-viewer-address": "10.0.0.1:1", "authorization": "Bearer t"},
     {"host": "api.example.com", "x-forwarded-host": "api.example.com", "x-tollgate-viewer-ip": "198.51.100.9", "authorization": "Bearer t"}),
    ({}, {"x-forwarded-host": "d111111abcdef8.cloudfront.net", "x-tollgate-viewer-ip": "198.51.100.9"}),
]
HARNESS = """
const { events } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(events.map((event) => handler(event))));
"""


def viewer_requests(template):
    function = template["Resources"]["ViewerRequest"]["Properties"]
    if not shutil.which("node"):
        print("node is not installed: the function of infra/cloudfront was NOT run")
        return
    values = lambda headers: {name: {"value": it} for name, it in headers.items()}
    events = [
        {"viewer": {"ip": "198.51.100.9"}, "context": {"distributionDomainName": "d111111abcdef8.cloudfront.net"},
         "request": {"method": "PUT", "uri": "/v1/a%2Fb", "querystring": {}, "headers": values(sent), "cookies": {}}}
        for sent, _ in VIEWERS
    ]
    run = subprocess.run(["node", "-e", function["FunctionCode"] + HARNESS], input=json.dumps({"events": events}), capture_output=True, text=True)
    if run.returncode:
        yield f"ViewerRequest: {run.stderr}"
        return
    for (sent, expected), got in zip(VIEWERS, json.loads(run.stdout)):
        if got["headers"] != values(expected) or got["uri"] != "/v1/a%2Fb" or got["method"] != "PUT":
            yield f"ViewerRequest: sent {sent}, got {got}, expected {expected}"


# ---- The distribution ----


def distribution(template):
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    behavior = config["DefaultCacheBehavior"]
    [origin] = config["Origins"]
    expected = [
        ("HTTP/3", config["HttpVersion"], "http2and3"),
        ("CloudFront's cache", template["Parameters"]["CachePolicyId"]["Default"], MANAGED["caching disabled"]),
        ("the headers", behavior["OriginRequestPolicyId"], MANAGED["all but Host"]),
        ("compression", behavior["Compress"], False),
        ("all methods", sorted(behavior["AllowedMethods"]), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]),
        ("the secret's header", [it["HeaderName"] for it in origin["OriginCustomHeaders"]], ["x-tollgate-origin"]),
        ("other behaviours", config.get("CacheBehaviors"), None),
    ]
    return [f"Distribution: {name}: got {got}, expected {wanted}" for name, got, wanted in expected if got != wanted]


# ---- The rotation ----


class CutShort(Exception):
    """The function died, or a service failed."""


class World:
    """Secrets Manager, a gateway and a distribution, as far as the rotation uses them. Each call may be the one that fails."""

    def __init__(self, dies_at=None, alias="$LATEST"):
        self.versions = {"v1": ("first", {"AWSCURRENT"})}
        self.taken, self.header, self.deployed, self.waits = "first", "first", {"first"}, 0
        self.calls, self.dies_at, self.alias, self.broken = 0, dies_at, alias, []

    def call(self):
        self.calls += 1
        refused = self.deployed - set(self.taken.split(","))
        if refused:
            self.broken.append(f"call {self.calls}: CloudFront sends {refused}, the gateway takes {self.taken}")
        if self.calls == self.dies_at:
            raise CutShort

    def client(self, name):
        calls = {"secretsmanager": Secrets, "lambda": Functions, "cloudfront": CloudFront}[name]
        return calls(self)


class Service:
    class exceptions:
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, world):
        self.world = world


class Secrets(Service):
    def describe_secret(self, SecretId):
        self.world.call()
        return {"VersionIdsToStages": {it: sorted(labels) for it, (_, labels) in self.world.versions.items()}}

    def get_secret_value(self, SecretId, VersionStage, VersionId=None):
        self.world.call()
        for version, (value, labels) in self.world.versions.items():
            if VersionStage in labels and VersionId in (None, version) and value:
                return {"SecretString": value}
        raise self.exceptions.ResourceNotFoundException

    def get_random_password(self, PasswordLength, ExcludePunctuation):
        self.world.call()
        return {"RandomPassword": f"made at call {self.world.calls}"}

    def put_secret_value(self, SecretId, ClientRequestToken, SecretString, VersionStages):
        self.world.call()
        self.world.versions[ClientRequestToken] = (SecretString, set(VersionStages))

    def update_secret_version_stage(self, SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId):
        self.world.call()
        self.world.versions[RemoveFromVersionId][1].discard(VersionStage)
        self.world.versions[MoveToVersionId][1].add(VersionStage)


class Functions(Service):
    def get_alias(self, FunctionName, Name):
        self.world.call()
        return {"FunctionVersion": self.world.alias}

    def get_function_configuration(self, FunctionName):
        self.world.call()
        return {"Environment": {"Variables": {"LOG_LEVEL": "info", "TRUSTED_PROXY_SECRET": self.world.taken}}}

    def update_function_configuration(self, FunctionName, Environment):
        self.world.call()
        assert Environment["Variables"]["LOG_LEVEL"] == "info", "the other variables stay"
        self.world.taken = Environment["Variables"]["TRUSTED_PROXY_SECRET"]

    def get_waiter(self, name):
        return types.SimpleNamespace(wait=lambda FunctionName: self.world.call())


class CloudFront(Service):
    def config(self):
        header = {"HeaderName": "x-tollgate-origin", "HeaderValue": self.world.header}
        return {"Origins": {"Items": [{"CustomHeaders": {"Items": [header]}}]}, "Comment": "kept"}

    def get_distribution_config(self, Id):
        self.world.call()
        return {"ETag": "e", "DistributionConfig": self.config()}

    def update_distribution(self, Id, IfMatch, DistributionConfig):
        self.world.call()
        assert DistributionConfig["Comment"] == "kept"
        self.world.header = DistributionConfig["Origins"]["Items"][0]["CustomHeaders"]["Items"][0]["HeaderValue"]
        # Until it is deployed everywhere, some places send what was sent before.
        self.world.deployed.add(self.world.header)
        self.world.waits = 2

    def get_distribution(self, Id):
        self.world.call()
        self.world.waits -= 1
        if self.world.waits <= 0:
            self.world.deployed = {self.world.header}
        status = "Deployed" if self.world.waits <= 0 else "InProgress"
        return {"Distribution": {"Status": status, "DistributionConfig": self.config()}}


def rotate(code, world, token):
    """One try of Secrets Manager: its four steps, until one fails."""
    boto3 = types.ModuleType("boto3")
    boto3.client = world.client
    sys.modules["boto3"] = boto3
    os.environ.update(FUNCTION_NAME="tollgate", ALIAS_NAME="live", DISTRIBUTION_ID="E1")
    module = {}
    exec(compile(code, "rotation", "exec"), module)
    module["time"] = types.SimpleNamespace(sleep=lambda _: None)
    context = types.SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    pending = {it for it, (_, labels) in world.versions.items() if "AWSPENDING" in labels}
    if token not in world.versions:
        # Secrets Manager labels the version before it calls.
        for version in pending:
            world.versions[version][1].discard("AWSPENDING")
        world.versions[token] = (None, {"AWSPENDING"})
    try:
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"]:
            module["handler"]({"SecretId": "s", "ClientRequestToken": token, "Step": step}, context)
        return True
    except CutShort:
        return False


def rotations(template):
    code = template["Resources"]["Rotation"]["Properties"]["Code"]["ZipFile"]
    if len(code.encode()) > 4096:
        yield f"Rotation: {len(code.encode())} bytes, expected at most 4096 in a template"
    calls = 0
    whole = World()
    rotate(code, whole, "v2")
    for retry in ["v2", "v3"]:
        for dies_at in [None, *range(1, whole.calls + 1)]:
            world = World(dies_at)
            if not rotate(code, world, "v2"):
                rotate(code, world, retry)
            yield from (f"Rotation, cut short at call {dies_at}, tried again as {retry}: {it}" for it in world.broken)
            [current] = [value for value, labels in world.versions.values() if "AWSCURRENT" in labels]
            if not (world.taken == world.header == current != "first"):
                yield f"Rotation, cut short at call {dies_at}, tried again as {retry}: {vars(world)}"
            calls += 1
    pinned = World(alias="7")
    try:
        rotate(code, pinned, "v2")
        yield "Rotation: a pinned version was not refused"
    except ValueError as error:
        if "expected $LATEST" not in str(error) or (pinned.taken, pinned.header) != ("first", "first"):
            yield f"Rotation, pinned: {error}, {vars(pinned)}"


def main():
    with open(TEMPLATE, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    lint = subprocess.run([os.path.join(os.path.dirname(sys.executable), "cfn-lint"), TEMPLATE]).returncode
    found = [*viewer_requests(template), *distribution(template), *rotations(template)]
    print("\n".join(found) or "infra/cloudfront: the function, the distribution and the rotation are as they should be")
    sys.exit(bool(found or lint))


if __name__ == "__main__":
    main()
