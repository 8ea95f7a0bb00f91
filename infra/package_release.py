"""Package a release: zips of the gateway and of the tool, their components (CycloneDX) and SHA256SUMS.

`infra/release` calls this with what it has built. The same binaries of the same commit give the same bytes: entries of a
zip are in the order of their names, and all have the time of the commit.
"""

import argparse
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from datetime import datetime, timezone

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import release_template
from sbom import sbom

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
# Beside the templates in the zip of the tool, as far as they are there.
DEPLOYMENT = ["infra/*.yaml", "infra/policies", "infra/terraform", "infra/cloudfront", "infra/verify", "infra/verify-on-aws"]
TEXTS = ["LICENSE", "CHANGELOG.md", "samconfig.toml"]
COMPLETIONS = {"bash": "tollgate.bash", "zsh": "_tollgate", "fish": "tollgate.fish"}
EXECUTABLE, PLAIN = 0o100755, 0o100644


class Release:
    def __init__(self, folder, rustc):
        with open("Cargo.toml", "rb") as file:
            self.version = tomllib.load(file)["package"]["version"]
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch is None:
            sys.exit("SOURCE_DATE_EPOCH: got nothing, expected the time of the commit (infra/release sets it)")
        self.time = datetime.fromtimestamp(int(epoch), timezone.utc)
        self.folder = os.path.join(folder, self.version)
        self.rustc = rustc

    def write(self, name, data):
        os.makedirs(self.folder, exist_ok=True)
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)

    def sbom(self, name, features, architecture, program):
        target = architecture.replace("arm64", "aarch64") + "-unknown-linux-gnu"
        digest = hashlib.sha256(program).hexdigest()
        timestamp = self.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        text = sbom((name, digest), features, target, timestamp, self.rustc)
        error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
        if error is not None:
            sys.exit(f"the components of {name} for {architecture} are no CycloneDX 1.6: {error}")
        return text.encode()


def zipped(entries, time):
    """`entries` are (mode, bytes) by name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (mode, data) in sorted(entries.items()):
            entry = zipfile.ZipInfo(name, time.timetuple()[:6])
            entry.create_system, entry.external_attr = 3, mode << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tracked(patterns):
    listed = subprocess.run(["git", "ls-files", "-s", "-z", "--", *patterns], check=True, stdout=subprocess.PIPE).stdout
    for line in listed.decode().split("\0")[:-1]:
        about, path = line.split("\t")
        yield path, (int(about.split()[0], 8), read(path))


def words_of(tool):
    """Completions and pages of the manual: the same for every architecture."""
    for shell, name in COMPLETIONS.items():
        told = subprocess.run([tool, "completion", shell], check=True, stdout=subprocess.PIPE).stdout
        yield f"completions/{name}", (PLAIN, told)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([tool, "man", folder], check=True, stdout=subprocess.DEVNULL)
        for page in os.listdir(folder):
            yield f"man/man1/{page}", (PLAIN, read(os.path.join(folder, page)))


def package(release, built, words):
    """`built` are folders of cargo-lambda by architecture."""
    time, files = release.time, {}
    deployment = dict(tracked(DEPLOYMENT)) | {text: (PLAIN, read(text)) for text in TEXTS}
    template = read("template.yaml").decode()
    for architecture, folder in built.items():
        program = read(f"{folder}/gateway/bootstrap")
        name = f"tollgate-gateway-{release.version}-{architecture}"
        gateway = zipped({"bootstrap": (EXECUTABLE, program)}, time)
        files[f"{name}.zip"] = gateway
        files[f"{name}.cdx.json"] = release.sbom("tollgate-gateway", None, architecture, program)
        made = release_template.release_template(template, architecture, f"{name}.zip")
        deployment[release_template.name(architecture)] = (PLAIN, made.encode())
        deployment[f"{name}.zip"] = (PLAIN, gateway)
    for architecture, folder in built.items():
        program = read(f"{folder}/tollgate/bootstrap")
        name = f"tollgate-{release.version}-{architecture}-linux"
        entries = deployment | words | {"tollgate": (EXECUTABLE, program)}
        files[f"{name}.zip"] = zipped({f"{name}/{entry}": file for entry, file in entries.items()}, time)
        files[f"{name}.cdx.json"] = release.sbom("tollgate", "local", architecture, program)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    for name, data in files.items():
        release.write(name, data)
    release.write("SHA256SUMS", sums.encode())
    return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words-of", required=True, metavar="TOOL", help="a tool that runs on this machine")
    parser.add_argument("--rustc", required=True, metavar="VERSION", help="what has compiled it")
    parser.add_argument("--folder", default="target/releases", help="[target/releases]")
    parser.add_argument("built", nargs="+", metavar="ARCHITECTURE=FOLDER", help="FOLDER/<binary>/bootstrap")
    arguments = parser.parse_args()
    words_tool, folder = os.path.abspath(arguments.words_of), os.path.abspath(arguments.folder)
    built = {architecture: os.path.abspath(path) for architecture, path in (one.split("=") for one in arguments.built)}
    os.chdir(ROOT)
    release = Release(folder, arguments.rustc)
    print(package(release, built, dict(words_of(words_tool))), end="")
    print(f"in {os.path.relpath(release.folder)}")


if __name__ == "__main__":
    main()
