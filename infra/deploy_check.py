"""`make deploy-check`: the stack in an emulator, from the first deployment to what is left when it is gone.

Deploys the template with a binary, asks what was made, sends requests through its URLs, updates it under traffic, goes
back to a version, removes it, and takes its tables into a new stack. One line a check; exits 1 if one fails.
"""

import argparse
import json
import os
import sys
import threading

import deploy_check_api as api
from botocore.exceptions import ClientError
from emulated_stack import STACK, Deployment
from emulator import Emulator

HERE = os.path.dirname(os.path.abspath(__file__))
ACCOUNT = "000000000000"
# No AlarmTopicArn: the emulator knows no alarms on metric math.
OPTIONS = {
    "TargetFunctionNamePattern": "shop-*",
    "TargetFunctionTag": "gateway=shop",
    "TargetTableArns": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/stock",
    "PrivateUrl": "true",
    "Dashboard": "true",
    "Tracing": "true",
}
WRITTEN_BY_PEOPLE = ["stages", "routes", "api-keys", "usage-plans"]
OWN = ["deployments", "counters", "cache"]


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, what, got, expected=True):
        is_good = got == expected
        self.failed += not is_good
        print(
            f"{'pass' if is_good else 'FAIL'}  {what}" + ("" if is_good else f": got {got!r}, expected {expected!r}"),
            flush=True,
        )
        return is_good


def tables_are_as_they_should(check, emulator):
    dynamodb = emulator.client("dynamodb")
    for name in WRITTEN_BY_PEOPLE + OWN:
        table = dynamodb.describe_table(TableName=f"tollgate-{name}")["Table"]
        # The emulator keeps CloudFormation's word as it came.
        found = (
            str(table["DeletionProtectionEnabled"]).lower(),
            table.get("StreamSpecification", {}).get("StreamViewType"),
        )
        protected = "true" if name in WRITTEN_BY_PEOPLE else "false"
        stream = "KEYS_ONLY" if name == "routes" else None
        check(
            f"the table tollgate-{name}: deletion protection {protected}, stream {stream}", found, (protected, stream)
        )


def function_is_as_it_should(check, emulator, outputs):
    function = emulator.client("lambda")
    name = outputs["FunctionName"]
    configuration = function.get_function_configuration(FunctionName=name)
    check("the function has 128 MB", configuration["MemorySize"], 128)
    check("it is traced", configuration["TracingConfig"]["Mode"], "Active")
    check("its role is the output RoleArn", configuration["Role"], outputs["RoleArn"])
    for alias in ["live", "private"]:
        version = function.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
        check(f"the alias {alias} runs what was deployed last", version, "$LATEST")
    check("version 1 is published, to go back to", outputs["Version"], "1")

    url = function.get_function_url_config(FunctionName=name, Qualifier="live")
    check("the public URL streams", (url["AuthType"], url["InvokeMode"]), ("NONE", "RESPONSE_STREAM"))
    url = function.get_function_url_config(FunctionName=name, Qualifier="private")
    check("the private URL asks for a signature", (url["AuthType"], url["InvokeMode"]), ("AWS_IAM", "RESPONSE_STREAM"))
    statements = json.loads(function.get_policy(FunctionName=name, Qualifier="live")["Policy"])["Statement"]
    permissions = {(it["Action"], json.dumps(it["Condition"])) for it in statements if it["Principal"] == "*"}
    expected = {
        ("lambda:InvokeFunctionUrl", '{"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}'),
        ("lambda:InvokeFunction", '{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}'),
    }
    check("the public URL has both permissions, and everybody has no other", permissions, expected)
    [mapping] = function.list_event_source_mappings(FunctionName=f"{name}:live")["EventSourceMappings"]
    is_live = mapping["FunctionArn"].endswith(f"{name}:live") and mapping["State"] == "Enabled"
    check("edits of routes go to the alias live", is_live)
    log = emulator.client("logs").describe_log_groups(logGroupNamePrefix=outputs["LogGroup"])["logGroups"]
    check("the log is kept for 30 days", [it.get("retentionInDays") for it in log], [30])
    dashboards = emulator.client("cloudwatch").list_dashboards()["DashboardEntries"]
    check("there is a dashboard", [it["DashboardName"] for it in dashboards], [STACK])


class Traffic:
    """Requests one after another, until it is told to stop.

    When code changes, the emulator ends a process in the middle of a request (502), which Lambda does not: asked again.
    """

    def __init__(self, emulator, url, path):
        self.answers, self.is_over = [], threading.Event()
        self.thread = threading.Thread(target=self.run, args=(emulator, url, path))

    def run(self, emulator, url, path):
        while not self.is_over.is_set():
            status = emulator.get(url, path)[0]
            self.answers.append(emulator.get(url, path)[0] if status == 502 else status)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def changes_in_place(check, emulator, deployment):
    before = deployment.outputs()
    with Traffic(emulator, before["Url"], "/v1/health") as traffic:
        state = deployment.deploy(**OPTIONS, KeyCacheSeconds="30")
        check("an update of a parameter", state, "UPDATE_COMPLETE")
        variables = emulator.client("lambda").get_function_configuration(FunctionName=f"{before['FunctionName']}:live")
        check("it acts at once", variables["Environment"]["Variables"]["KEY_CACHE_SECONDS"], "30")
        deployment.package("second")
        check("an update of the code", deployment.deploy(**OPTIONS, KeyCacheSeconds="30"), "UPDATE_COMPLETE")
        check("version 2 is published", deployment.outputs()["Version"], "2")
        state = deployment.deploy(**OPTIONS, KeyCacheSeconds="30", LiveVersion="1")
        check("back to version 1", state, "UPDATE_COMPLETE")
        alias = emulator.client("lambda").get_alias(FunctionName=before["FunctionName"], Name="live")
        check("the alias live runs it", alias["FunctionVersion"], "1")
    check(
        "all requests meanwhile were answered (and some there were)",
        (set(traffic.answers), len(traffic.answers) > 10),
        ({200}, True),
    )
    after = deployment.outputs()
    same = ["Url", "PrivateUrl", "FunctionName", "RoleArn", "RoutesTable"]
    check(
        "the URLs, the function, the role and the tables are as before",
        [after[it] for it in same],
        [before[it] for it in same],
    )


def removal(check, emulator, deployment):
    url = deployment.outputs()["Url"]
    check("the stack is removed", deployment.remove(), None)
    check("its URL is gone", emulator.get(url, "/v1/health")[0] != 200)
    print("skip  that its tables are left: the emulator forgets DeletionPolicy in nested stacks; so the tables alone:")


def existing_tables(check, emulator, deployment):
    dynamodb, cloudformation = emulator.client("dynamodb"), deployment.cloudformation
    with open(os.path.join(HERE, "tables.yaml"), encoding="utf-8") as file:
        body = file.read()
    prefix = [{"ParameterKey": "TablePrefix", "ParameterValue": "kept"}]
    cloudformation.create_stack(StackName="tables", TemplateBody=body, Parameters=prefix)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="tables", WaiterConfig={"Delay": 1})
    cloudformation.delete_stack(StackName="tables")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="tables", WaiterConfig={"Delay": 1})
    left = [it for it in dynamodb.list_tables()["TableNames"] if it.startswith("kept-")]
    check(
        "a stack of tables is removed, and all seven are left",
        left,
        sorted(f"kept-{it}" for it in WRITTEN_BY_PEOPLE + OWN),
    )
    try:
        dynamodb.delete_table(TableName="kept-routes")
        said = "deleted"
    except ClientError as error:
        said = error.response["Error"]["Code"]
    check("the routes table cannot be deleted", said, "ValidationException")
    stream = dynamodb.describe_table(TableName="kept-routes")["Table"]["LatestStreamArn"]
    state = deployment.deploy(UseExistingTables="true", RoutesStreamArn=stream, TablePrefix="kept")
    check("a gateway takes tables that exist", state, "CREATE_COMPLETE")
    check("and an edit goes live there", api.edit_goes_live(emulator, deployment.outputs()))
    check("it is removed", deployment.remove(), None)
    left = [it for it in dynamodb.list_tables()["TableNames"] if it.startswith("kept-")]
    check("and leaves them", len(left), 7)


def refusals(check, deployment):
    for parameters, words in [
        ({"MemoryMegabytes": "100"}, "MemoryMegabytes"),
        ({"TablePrefix": "shop/prod"}, "TablePrefix"),
        ({"TargetFunctionNamePattern": "*"}, "TargetFunctionNamePattern"),
        ({"UseExistingTables": "true"}, "RoutesStreamArn"),
    ]:
        said = deployment.refusal(**parameters)
        check(f"{parameters} is refused, in words", words in said or said)


def run(check, emulator, deployment):
    deployment.package("first")
    refusals(check, deployment)
    api.make_targets(emulator)
    if not check("the first deployment", deployment.deploy(**OPTIONS), "CREATE_COMPLETE"):
        return
    outputs = deployment.outputs()
    tables_are_as_they_should(check, emulator)
    function_is_as_it_should(check, emulator, outputs)
    api.serves(check, emulator, outputs)
    changes_in_place(check, emulator, deployment)
    removal(check, emulator, deployment)
    existing_tables(check, emulator, deployment)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary", help="the gateway, built for this machine")
    arguments.add_argument("--emulator", default=".tools/emulator/bin/ministack")
    given = arguments.parse_args()
    if not os.path.isfile(given.binary):
        sys.exit(f"BINARY: got {given.binary}, expected a gateway built for this machine (cargo build --bin gateway)")
    architecture = "arm64" if os.uname().machine in ["aarch64", "arm64"] else "x86_64"
    check = Checks()
    emulator = Emulator(os.path.abspath(given.emulator))
    try:
        emulator.wait()
        run(check, emulator, Deployment(emulator, given.binary, architecture))
    finally:
        emulator.stop()
    sys.exit(f"{check.failed} failed" if check.failed else 0)


main()
