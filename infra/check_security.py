"""What checkov says of the stack, as it is by default and as it is hardened; each exception has its reason here.

Prints what is new, and exceptions that are needed no more; exits 1 if there is one.
"""

import json
import os
import subprocess
import sys
import tempfile

from check_parameters import KEY
from check_template import TEMPLATE, transformed
from cloudformation import Stack

# The default is a public API on AWS's own keys; who wants neither gives these.
STACKS = {"default": {}, "hardened": {"KmsKeyArn": KEY, "FunctionUrlAuthType": "AWS_IAM"}}

PEOPLES = ["Stages", "Routes", "ApiKeys", "UsagePlans"]
OWN = ["Deployments", "Counters", "Cache"]
NO_BACKUP = "made anew from the four tables that people write (deployments), or short-lived (counters, cache)"

# The stack, checkov's check and the resource; why it is well so.
EXCEPTIONS = {
    ("default", "CKV_AWS_258", "LiveUrl"): "a public API is what it is for; FunctionUrlAuthType AWS_IAM closes it",
    **{
        ("default", "CKV_AWS_119", it): "KmsKeyArn gives them a key; by default they have DynamoDB's"
        for it in PEOPLES + OWN
    },
    **{(stack, "CKV_AWS_28", it): NO_BACKUP for stack in STACKS for it in OWN},
    **{
        (
            stack,
            "CKV_AWS_116",
            "Gateway",
        ): "never invoked asynchronously: the URL waits, and the stream's mapping retries"
        for stack in STACKS
    },
    **{
        (stack, "CKV_AWS_117", "Gateway"): "in a VPC its URL could not stream; it calls AWS's own endpoints, by TLS"
        for stack in STACKS
    },
    ("default", "CKV_AWS_158", "GatewayLogGroup"): "KmsKeyArn gives it a key; by default it has CloudWatch's",
    ("default", "CKV_AWS_173", "Gateway"): "KmsKeyArn gives them a key; by default they have Lambda's",
}


def write(folder):
    """Each stack, resolved: a file for itself and for each nested one. checkov knows few functions."""
    template = transformed(TEMPLATE)
    root = os.path.dirname(TEMPLATE)
    for name, given in STACKS.items():
        stack = Stack(template, given, root)
        parts = {"template": stack, "tables": stack.inner("Tables"), "metrics": stack.inner("Metrics")}
        for file, part in parts.items():
            path = os.path.join(folder, name, f"{file}.json")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as target:
                json.dump({"AWSTemplateFormatVersion": "2010-09-09", "Resources": part.resources}, target, indent=1)


def failed(folder):
    checkov = os.path.join(os.path.dirname(TEMPLATE), ".tools", "checkov", "bin", "checkov")
    command = [checkov, "--framework", "cloudformation", "--skip-download", "--compact", "-o", "json", "-d", folder]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    report = json.loads(answer.stdout)
    if report["summary"]["parsing_errors"] or not report["summary"]["passed"]:
        sys.exit(f"checkov: got {report['summary']}, expected that it reads every template")
    for it in report["results"]["failed_checks"]:
        yield (it["file_path"].split("/")[1], it["check_id"], it["resource"].split(".")[-1]), it["check_name"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        found = dict(failed(folder))
    wrong = [f"{' '.join(where)}: {name}" for where, name in found.items() if where not in EXCEPTIONS]
    wrong += [f"{' '.join(it)}: the exception is needed no more" for it in EXCEPTIONS if it not in found]
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
