"""A template as CloudFormation would make it: parameters checked, conditions decided, functions resolved.

Knows what Tollgate's templates use, and fails at anything else. What a service would make up (a URL, a generated
name) is made up here in its form.
"""

import os
import re
from functools import cache, cached_property

from samcli.yamlhelper import yaml_parse

PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::StackName": "tollgate",
    "AWS::URLSuffix": "amazonaws.com",
}
PLACE = f"{PSEUDO['AWS::Region']}:{PSEUDO['AWS::AccountId']}"
NO_VALUE = object()


@cache
def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml_parse(file.read())


class Stack:
    """One template with parameters. `resources` has those whose condition holds, resolved."""

    def __init__(self, template, given, folder):
        self.template, self.folder, self.nested = template, folder, {}
        self.values = dict(PSEUDO)
        for name, parameter in template.get("Parameters", {}).items():
            value = given.get(name, parameter.get("Default", ""))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = str(value).split(",") if is_list else str(value)
        conditions = template.get("Conditions", {})
        self.conditions = {}
        for name in conditions:
            self.condition(name)

    @cached_property
    def resources(self):
        return {
            name: self.resolve(resource)
            for name, resource in self.template["Resources"].items()
            if "Condition" not in resource or self.condition(resource["Condition"])
        }

    def refusals(self):
        """What CloudFormation says before it makes anything: the words of parameters and rules."""
        said = []
        for name, parameter in self.template.get("Parameters", {}).items():
            value = self.values[name]
            if isinstance(value, str) and not fits(parameter, value):
                said.append(f"{name}: {parameter.get('ConstraintDescription', '')}")
        for rule in self.template.get("Rules", {}).values():
            if "RuleCondition" in rule and not self.holds(rule["RuleCondition"]):
                continue
            said += [it["AssertDescription"] for it in rule["Assertions"] if not self.holds(it["Assert"])]
        return said

    def condition(self, name):
        if name not in self.conditions:
            self.conditions[name] = self.holds(self.template["Conditions"][name])
        return self.conditions[name]

    def holds(self, expression):
        [(function, argument)] = expression.items()
        match function:
            case "Condition":
                return self.condition(argument)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(self.holds(it) for it in argument)
            case "Fn::Or":
                return any(self.holds(it) for it in argument)
            case "Fn::Equals":
                left, right = (self.resolve(it) for it in argument)
                return str(left) == str(right)
            case "Fn::Contains":
                return self.resolve(argument[1]) in self.resolve(argument[0])
        raise ValueError(f"a condition: got {function}, expected one that is known here")

    def resolve(self, value):
        if isinstance(value, list):
            return [it for it in map(self.resolve, value) if it is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self.call(function, argument)
        pairs = {name: self.resolve(it) for name, it in value.items()}
        return {name: it for name, it in pairs.items() if it is not NO_VALUE}

    def call(self, function, argument):
        match function:
            case "Ref":
                return self.reference(argument)
            case "Fn::GetAtt":
                return self.attribute(*(argument if isinstance(argument, list) else argument.split(".", 1)))
            case "Fn::If":
                return self.resolve(argument[1] if self.condition(argument[0]) else argument[2])
            case "Fn::Join":
                return argument[0].join(map(str, self.resolve(argument[1])))
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
            case "Fn::Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{(!?)([^}]+)\}", lambda found: self.substitute(found, own), text)
        raise ValueError(f"a function: got {function}, expected one that is known here")

    def substitute(self, found, own):
        is_literal, name = found.groups()
        if is_literal:
            return "${" + name + "}"
        if name in own:
            return str(self.resolve(own[name]))
        return str(self.attribute(*name.split(".", 1)) if "." in name else self.reference(name))

    def reference(self, name):
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.values:
            return self.values[name]
        resource = self.template["Resources"][name]
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::DynamoDB::Table":
                return self.resolve(properties["TableName"])
            case "AWS::Logs::LogGroup":
                return self.resolve(properties["LogGroupName"])
            case "AWS::Lambda::Alias":
                return f"{self.attribute('Gateway', 'Arn')}:{properties['Name']}"
        return f"{self.values['AWS::StackName']}-{name}-1A2B3C"

    def attribute(self, name, attribute):
        kind = self.template["Resources"][name]["Type"]
        match kind, attribute:
            case "AWS::CloudFormation::Stack", output:
                return self.inner(name).output(output.removeprefix("Outputs."))
            case "AWS::DynamoDB::Table", "StreamArn":
                return f"arn:aws:dynamodb:{PLACE}:table/{self.reference(name)}/stream/2026-01-01T00:00:00.000"
            case "AWS::Lambda::Function", "Arn":
                return f"arn:aws:lambda:{PLACE}:function:{self.reference(name)}"
            case "AWS::Logs::LogGroup", "Arn":
                return f"arn:aws:logs:{PLACE}:log-group:{self.reference(name)}:*"
            case "AWS::IAM::Role", "Arn":
                return f"arn:aws:iam::{PSEUDO['AWS::AccountId']}:role/{self.reference(name)}"
        return f"{name}.{attribute}"

    def inner(self, name):
        if name not in self.nested:
            properties = self.template["Resources"][name]["Properties"]
            path = os.path.join(self.folder, properties["TemplateURL"])
            given = self.resolve(properties.get("Parameters", {}))
            self.nested[name] = Stack(load(path), given, os.path.dirname(path))
        return self.nested[name]

    def output(self, name):
        return self.resolve(self.template["Outputs"][name]["Value"])


def fits(parameter, value):
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        return False
    if "AllowedPattern" in parameter and not re.fullmatch(parameter["AllowedPattern"], value):
        return False
    if parameter["Type"] != "Number":
        return True
    low, high = parameter.get("MinValue", float("-inf")), parameter.get("MaxValue", float("inf"))
    return low <= float(value) <= high
