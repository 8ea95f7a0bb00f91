"""Check template.yaml as CloudFormation will see it: transformed from SAM here, offline, then linted.

`sam validate --lint` lets a wrong InvokeMode, Runtime or !Ref pass, since the transform hides it. Beside it: what the
parameters refuse, what the role allows, and whether alarms look at metrics that exist.
Prints the findings; exits 1 if there is one.
"""

import json
import os
import subprocess
import sys
import tempfile

import check_metrics
import check_parameters
import check_role
import check_shape

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samcli.yamlhelper import yaml_parse
from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "template.yaml")

# A public function URL answers 403 to everybody unless the function's policy has both; another one would let in
# everybody with the second. The former URL has its own two.
PUBLIC = ["IsPublic", "IsFormerUrlPublic"]
URL_PERMISSIONS = [
    {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"},
    {"Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": True},
]


class NoManagedPolicies:
    """Stands in for the loader that asks IAM: the template names no managed policy."""

    def load(self):
        return {}


def transformed(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # What `sam package` writes there: the address of the upload.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: value.get("Default", "") for name, value in template["Parameters"].items()}
    return transform(template, parameters, NoManagedPolicies())


def missing_permissions(template):
    granted = [
        (
            resource.get("Condition"),
            {key: value for key, value in resource["Properties"].items() if key != "FunctionName"},
        )
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Permission"
    ]
    return [
        f"the function URL lacks the permission {wanted} if {condition}"
        for condition in PUBLIC
        for wanted in URL_PERMISSIONS
        if (condition, wanted) not in granted
    ]


def unconditional_permissions(template):
    return [
        f"{name} lets everybody in, whatever the URL's AuthType is"
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"].get("Principal") == "*"
        and resource.get("Condition") not in PUBLIC
    ]


def lint(template):
    cfn_lint = os.path.join(os.path.dirname(sys.executable), "cfn-lint")
    # Beside the original, where the nested templates are found: their parameters are checked too.
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=os.path.dirname(TEMPLATE)) as file:
        json.dump(template, file, indent=1)
        file.flush()
        # W3002: a local TemplateURL is what `sam deploy` uploads.
        return subprocess.run([cfn_lint, "--ignore-checks", "W3002", "--", file.name]).returncode


def main():
    try:
        template = transformed(sys.argv[1] if len(sys.argv) > 1 else TEMPLATE)
    except InvalidDocumentException as error:
        sys.exit("\n".join(cause.message for cause in error.causes))
    folder = os.path.dirname(TEMPLATE)
    wrong = missing_permissions(template) + unconditional_permissions(template)
    wrong += check_parameters.wrong(template, folder)
    wrong += check_role.wrong(template, folder)
    wrong += check_shape.wrong(template, folder)
    wrong += check_metrics.wrong(folder)
    for line in wrong:
        print(line)
    if lint(template) or wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
