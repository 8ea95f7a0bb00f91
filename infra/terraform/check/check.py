"""Check the Terraform module: format, validity, what it refuses, and that it makes what template.yaml makes.

Both are evaluated with the same parameters, the template by infra/cloudformation.py, the module by Terraform itself beside
a stand-in for AWS's provider (provider.py), and their facts compared. Prints the differences; exits 1 if there is one.
"""

import os
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INFRA = os.path.join(HERE, "..", "..")
sys.path.insert(0, INFRA)

import check_parameters
from check_template import TEMPLATE, transformed
from cloudformation import Stack, load
from facts import of_plan, of_stack
from plan import PACKAGE, Terraform, resources

KEY = check_parameters.KEY
STREAM = check_parameters.STREAM
ACCOUNT = "eu-west-1:111122223333"
TOPIC = f"arn:aws:sns:{ACCOUNT}:night"
FUNCTIONS = f"arn:aws:lambda:{ACCOUNT}:function:orders,arn:aws:lambda:{ACCOUNT}:function:users"

# Parameters of the template that the module has none for, and why.
ONLY_TEMPLATE = {"FormerUrl": "keeps the URL of a stack of version 0.1.0; no module is that old"}
# And variables that the template has no parameter for.
ONLY_MODULE = {
    "name": "a stack has a name of its own",
    "package_path": "SAM takes the zip as CodeUri (make deploy ZIP=…)",
    "release_bucket": "the same, from S3",
    "release_key": "the same, from S3",
}
# Values for which both must make the same.
ALIKE = [
    {},
    {"MemoryMegabytes": "512", "ReservedConcurrency": "-1", "TimeoutSeconds": "60", "Architecture": "x86_64", "LogLevel": "debug",
     "RefreshSeconds": "10", "MaxStaleSeconds": "20", "KeyCacheSeconds": "5", "KeepDeployments": "3", "LogRetentionDays": "7"},
    {"TargetFunctionArns": FUNCTIONS, "TargetFunctionNamePattern": "shop-*", "TargetFunctionTag": "team:gateway=shop A",
     "TargetTableArns": f"arn:aws:dynamodb:{ACCOUNT}:table/orders", "PrivateUrl": "true", "LiveVersion": "7"},
    {"AlarmTopicArn": TOPIC, "AlarmErrorPercent": "2", "AlarmLatencyMilliseconds": "900", "Dashboard": "true", "Tracing": "true",
     "MetricNamespace": "Shop/Api", "TablePrefix": "shop"},
    {"AlarmTopicArn": TOPIC, "ReservedConcurrency": "0", "TablePrefix": "", "KmsKeyArn": KEY, "DeletionProtection": "false", "KeepDeployments": "0"},
    {"UseExistingTables": "true", "RoutesStreamArn": STREAM, "FunctionUrlAuthType": "AWS_IAM",
     "TrustedProxySecret": "new,old", "RequireTrustedProxy": "true"},
]
# What only the module can refuse, and words of the refusal.
REFUSED = [
    ({"package_path": ""}, "got neither"),
    ({"release_bucket": "releases", "release_key": "gateway.zip"}, "got both"),
    ({"package_path": "", "release_bucket": "releases"}, "release_bucket and release_key go together"),
    ({"release_key": "gateway.zip"}, "release_bucket and release_key go together"),
    ({"name": "a/b"}, "name: got \"a/b\", expected 1 to 48 letters"),
    ({"memory_megabytes": 128.5}, "memory_megabytes: got 128.5, expected 128 to 10240 megabytes"),
    ({"target_function_arns": [FUNCTIONS.split(",")[0] + ":live"]}, "without version or alias"),
]
TAKEN = [{"package_path": "", "release_bucket": "releases", "release_key": "gateway.zip"}]


def snake(name):
    return re.sub(r"(?<!^)[A-Z]", lambda found: "_" + found.group(), name).lower()


def variables(given, template):
    """Parameters as the module's variables: lists and booleans are what they are there."""
    types = {name: it["Type"] for name, it in template["Parameters"].items()}
    found = {"package_path": PACKAGE}
    for name, value in given.items():
        is_list = types[name] == "CommaDelimitedList"
        found[snake(name)] = (value.split(",") if value else []) if is_list else str(value)
    return found


def differences(here, there, place=""):
    """Each fact that differs: where, what the template has, what the module has."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted({*here, *there}, key=str):
            yield from differences(here.get(name), there.get(name), f"{place}{': ' if place else ''}{name}")
    elif here != there:
        yield f"{place}: the template has {here}, the module {there}"


def parameters_that_differ(template, plan):
    module = plan["configuration"]["root_module"]["variables"]
    named = {snake(name): it for name, it in template["Parameters"].items() if name not in ONLY_TEMPLATE}
    for name in sorted({*named, *module} - {*ONLY_MODULE}):
        if name not in module or name not in named:
            yield f"{name}: only {'the template' if name in named else 'the module'} has it"
            continue
        kind, default = named[name]["Type"], str(named[name].get("Default", ""))
        has = module[name].get("default", "")
        has = ",".join(has) if isinstance(has, list) else str(has).lower() if isinstance(has, bool) else str(has)
        if has != default:
            yield f"{name} ({kind}): the template's default is {default!r}, the module's {has!r}"


def outputs_that_differ(template, plan):
    module = plan["configuration"]["root_module"]["outputs"]
    named = {snake(name) for name in template["Outputs"]} - {snake(name) for name in ONLY_TEMPLATE}
    return [f"output {name}: only {'the template' if name in named else 'the module'} has it" for name in sorted(named ^ {*module})]


def refusals_that_differ(terraform, template):
    """What the template refuses, the module refuses: for each variable its own error."""
    for given, _words in check_parameters.REFUSED:
        said = terraform.refusal(variables(given, template))
        names = [snake(name) for name in given if name not in ONLY_TEMPLATE]
        if names and not any(name in said for name in names):
            yield f"{given}: the template refuses it, of the module's words none names {' or '.join(names)}: {said!r}"
    for given in check_parameters.TAKEN:
        said = terraform.refusal(variables({name: it for name, it in given.items() if name not in ONLY_TEMPLATE}, template))
        if said:
            yield f"{given}: the template takes it, the module says {said!r}"
    for given, words in REFUSED:
        said = terraform.refusal({"package_path": PACKAGE, **given})
        if words not in said:
            yield f"{given}: got {said!r}, expected {words!r}"
    for given in TAKEN:
        if said := terraform.refusal(given):
            yield f"{given}: got {said!r}, expected that it is taken"


def cloudfront():
    """infra/cloudfront as a module hands each parameter of its template on, with the same defaults."""
    folder = os.path.join(INFRA, "cloudfront")
    template = load(os.path.join(folder, "template.yaml"))
    given = {"GatewayUrl": "https://abc.lambda-url.eu-west-1.on.aws/", "GatewayFunctionName": "gateway"}
    with Terraform(folder) as terraform:
        plan = terraform.plan({snake(name): it for name, it in given.items()})
    yield from (f"infra/cloudfront: {it}" for it in [*parameters_that_differ(template, plan), *outputs_that_differ(template, plan)])
    [stack] = resources(plan, "aws_cloudformation_stack").values()
    expected = {name: given.get(name, str(it.get("Default"))) for name, it in template["Parameters"].items()}
    yield from (f"infra/cloudfront: {it}" for it in differences(expected, stack["parameters"]))


def examples():
    folder = os.path.join(HERE, "..", "examples")
    for name in sorted(os.listdir(folder)):
        with Terraform(os.path.join(folder, name)) as terraform:
            terraform.run("validate")
            terraform.plan({})


def wrong():
    template = transformed(TEMPLATE)
    with Terraform() as terraform:
        formatted = terraform.try_run("fmt", "-check", "-recursive", "-diff", os.path.abspath(INFRA))
        if formatted.returncode:
            yield f"terraform fmt:\n{formatted.stdout}{formatted.stderr}"
        terraform.run("validate")
        for given in ALIKE:
            plan = terraform.plan(variables(given, template))
            there, here = of_plan(plan), of_stack(Stack(template, given, os.path.dirname(TEMPLATE)))
            yield from (f"with {given}: {it}" for it in differences(here, there))
        yield from parameters_that_differ(template, plan)
        yield from outputs_that_differ(template, plan)
        yield from refusals_that_differ(terraform, template)
    yield from cloudfront()
    examples()


def main():
    if not shutil.which("terraform"):
        print("terraform is not installed: infra/terraform was NOT checked")
        return
    found = list(wrong())
    print("\n".join(found) or f"infra/terraform makes what template.yaml makes, with {len(ALIKE)} sets of parameters")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
