"""Extract what the check of the Terraform module knows of AWS's provider: the schemas of the types that it uses.

From the npm package @cdktf/provider-aws, which holds them in public form: `npm pack @cdktf/provider-aws`, unpack it, and
run `python infra/terraform/check/schema.py package/lib`. What is newer than that package stands in NEWER.
"""

import json
import os
import re
import sys

RESOURCES = """cloudformation_stack
cloudwatch_dashboard cloudwatch_log_group cloudwatch_log_metric_filter cloudwatch_metric_alarm cloudwatch_query_definition
dynamodb_table iam_role iam_role_policy lambda_alias lambda_event_source_mapping lambda_function lambda_function_url
lambda_permission secretsmanager_secret secretsmanager_secret_version
""".split()
DATA = ["caller_identity", "partition", "region", "secretsmanager_secret_version", "secretsmanager_random_password"]
# Provider 6.28.0 (hashicorp/terraform-provider-aws, CHANGELOG.md, January 7, 2026).
NEWER = {"lambda_permission": {"invoked_via_function_url": {"type": "bool", "optional": True}}}

TYPES = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringMap": ["map", "string"],
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "numberMap": ["map", "number"],
}
GETTERS = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
}


def required(types, interface):
    body = re.search(rf"export interface {interface} [^{{]*{{(.*?)\n}}\n", types, re.S).group(1)
    names = re.findall(r"readonly (\w+): ", body)
    return {re.sub(r"[A-Z]", lambda found: "_" + found.group().lower(), name) for name in names}


def block(source, types, name, wanted):
    """The schema of a block: of the resource (wanted is None) or of the nested block whose function is `wanted`."""
    if wanted:
        writes = re.search(rf"function {wanted}ToHclTerraform\(struct\) {{(.*?)\n}}\n", source, re.S).group(1)
        interface = wanted[0].upper() + wanted[1:]
        holder = interface + "OutputReference"
    else:
        interface = f"{name}Config"
        writes = re.search(r"synthesizeHclAttributes\(\) {(.*)", source, re.S).group(1)
        holder = name
    body = re.search(rf"class {holder} extends (.*?)\n}}\n", source, re.S).group(1)
    computed = set(re.findall(r"// (\w+) - computed: true, optional: false, required: false", body))
    must = required(types, interface)
    attributes, blocks = {}, {}
    entry = r"\n {8,12}(\w+): {\n\s+value: (.*?),\n\s+isBlock: (\w+),\n\s+type: \"(\w+)\",\n\s+storageClassType: \"(\w+)\""
    for key, value, is_block, kind, storage in re.findall(entry, writes):
        if is_block == "false":
            found = ["set", TYPES[storage][1]] if kind == "set" else TYPES[storage]
            attributes[key] = {"type": found, "required" if key in must else "optional": True}
            # What is set or made up by AWS is not told apart there.
            if key in ("id", "arn", "region", "name", "etag") and key not in must:
                attributes[key]["computed"] = True
        elif key != "timeouts":
            nested = re.search(r"(\w+)ToHclTerraform", value).group(1)
            inner = block(source, types, name, nested)
            blocks[key] = {"nesting": kind, "max": 0 if "listMapperHcl" in value else 1,
                           "min": 1 if key in must else 0, "block": inner}
    if not wanted:
        for getter, key in re.findall(r"return this\.(get\w+Attribute)\('(\w+)'\)", body):
            if key not in attributes and key in computed:
                attributes[key] = {"type": GETTERS[getter], "computed": True}
        for key in re.findall(r"= new cdktf\.StringMap\(this, \"(\w+)\"\)", body):
            if key not in attributes and key in computed:
                attributes[key] = {"type": ["map", "string"], "computed": True}
    return {"attributes": attributes, "blocks": blocks}


def read(folder, kind):
    source, types = (
        open(os.path.join(folder, kind.replace("_", "-"), name), encoding="utf-8").read()
        for name in ["index.js", "index.d.ts"]
    )
    name = re.search(r"class (\w+) extends cdktf\.Terraform(?:Resource|DataSource)", source).group(1)
    return block(source, types, name, None)


def main():
    folder = sys.argv[1]
    resources = {f"aws_{kind}": read(folder, kind) for kind in RESOURCES}
    for kind, attributes in NEWER.items():
        resources[f"aws_{kind}"]["attributes"].update(attributes)
    data = {f"aws_{kind}": read(folder, f"data_aws_{kind}") for kind in DATA}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")
    with open(path, "w", encoding="utf-8") as file:
        lines = [f'"{part}": {{\n' + ",\n".join(f"{json.dumps(kind)}: {json.dumps(it)}" for kind, it in all_.items()) + "\n}"
                 for part, all_ in [("resources", resources), ("data", data)]]
        file.write("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
