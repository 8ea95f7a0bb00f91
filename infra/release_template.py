"""template.yaml as it is in a release: its function is a zip beside it, so that `sam deploy` needs no build.

There is one for each architecture, since `sam deploy` uploads the one file that CodeUri names.
"""

import sys

BUILD = """\
    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties:
        Binary: gateway
"""
SOURCE = "      CodeUri: .\n"
ARCHITECTURES = """\
    Default: arm64
    AllowedValues: [arm64, x86_64]
"""


def release_template(template, architecture, gateway_zip):
    """For one architecture. Raises ValueError where template.yaml is not as this expects it."""
    only = f"    Default: {architecture}\n    AllowedValues: [{architecture}]\n"
    return changed(with_zip(template, gateway_zip), [(ARCHITECTURES, only)])


def with_zip(template, gateway_zip):
    """For both architectures: a path, or s3://BUCKET/KEY, instead of a build. Raises ValueError likewise."""
    return changed(template, [(BUILD, ""), (SOURCE, f"      CodeUri: {gateway_zip}\n")])


def changed(template, changes):
    for before, after in changes:
        count = template.count(before)
        if count != 1:
            raise ValueError(f"template.yaml: got these lines {count} times, expected them once:\n{before}")
        template = template.replace(before, after)
    return template


def name(architecture):
    """arm64 is what the template proposes."""
    return "template.yaml" if architecture == "arm64" else f"template-{architecture}.yaml"


if __name__ == "__main__":
    with open("template.yaml", encoding="utf-8") as file:
        sys.stdout.write(release_template(file.read(), *sys.argv[1:]))
