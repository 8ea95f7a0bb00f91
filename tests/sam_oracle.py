#!/usr/bin/env python3
"""SAM's own translator turns each SAM input of tests/import/ into plain CloudFormation: transformed.json beside it.

`make import-oracle` runs it. The tests import both, and expect the same routes (tests/gateway/import/translated.rs).
Inputs that the translator refuses, or that need files, are left out with its words.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoPolicies:
    """Managed policies are of roles, which no API has."""

    def load(self):
        return {}


def main():
    folder = Path(__file__).parent / "import"
    for case in sorted(folder.glob("sam-*")):
        # What is not imported is compared with nothing.
        if not (case / "tollgate.yaml").exists():
            continue
        template = yaml_parse((case / "template.yaml").read_text())
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                properties = resource.setdefault("Properties", {})
                # The translator asks for code, and inputs of an import may have none.
                properties.setdefault("Runtime", "python3.12")
                properties.setdefault("Handler", "app.handler")
                properties["CodeUri"] = "s3://bucket/key"
        try:
            transformed = transform(template, {}, NoPolicies())
        except Exception as error:
            causes = [cause.message for cause in getattr(error, "causes", [])] or [str(error)]
            print(f"{case.name}: left out: {'; '.join(causes)}")
            continue
        (case / "transformed.json").write_text(json.dumps(transformed, indent=1, sort_keys=True) + "\n")
        print(f"{case.name}: {len(transformed['Resources'])} resources")


if __name__ == "__main__":
    sys.exit(main())
