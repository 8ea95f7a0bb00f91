"""Writes the template for a zip of the function that is there already, so that nothing is built: `make deploy ZIP=…`.

ZIP is a path, or s3://BUCKET/KEY in the stack's region. The folder FOLDER gets template.yaml and its nested templates.
"""

import os
import re
import shutil
import sys

from release_template import with_zip

HERE = os.path.dirname(os.path.abspath(__file__))


def write(address, folder):
    if not address.startswith("s3://"):
        address = os.path.abspath(address)
        if not os.path.isfile(address):
            sys.exit(f"ZIP: got {address}, expected a file, or s3://BUCKET/KEY")
    with open(os.path.join(HERE, "..", "template.yaml"), encoding="utf-8") as file:
        text = file.read()
    try:
        template = with_zip(text, address)
    except ValueError as error:
        sys.exit(str(error))
    os.makedirs(os.path.join(folder, "infra"), exist_ok=True)
    with open(os.path.join(folder, "template.yaml"), "w", encoding="utf-8") as file:
        file.write(template)
    for nested in re.findall(r"TemplateURL: (\S+)", template):
        shutil.copy(os.path.join(HERE, "..", nested), os.path.join(folder, nested))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("use: use_zip.py ZIP FOLDER")
    write(*sys.argv[1:])
