"""The components of a binary as CycloneDX 1.6 JSON: the crates that cargo links into it, from Cargo.lock.

Crates that only build or test it are left out, and those of macros, which run in the compiler. The same commit gives the same bytes.
"""

import json
import subprocess
import tomllib
import typing
import uuid

# Of the serial number: the same contents have the same one.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "tollgate.releases")


class Package(typing.NamedTuple):
    name: str
    version: str
    license: str
    repository: str

    @property
    def reference(self):
        return f"pkg:cargo/{self.name}@{self.version}"


def linked(features, target):
    """The root, and what each package that is linked depends on itself, as `cargo tree` tells it."""
    command = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro", "--target", target, "--no-dedupe"]
    command += ["--prefix", "depth", "--format", "\t{p}\t{l}\t{r}"]
    if features:
        command += ["--features", features]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    # The last package at each depth: that of the depth before depends on the next one.
    way, dependencies = [], {}
    for line in lines:
        depth, called, licence, repository = line.split("\t")
        name, version = called.split()[:2]
        package = Package(name, version.removeprefix("v"), licence, repository)
        way[int(depth):] = [package]
        dependencies.setdefault(package, set())
        if len(way) > 1:
            dependencies[way[-2]].add(package.reference)
    return way[0], dependencies


def checksums():
    """SHA-256 of each crate as the registry has it, by name and version."""
    with open("Cargo.lock", "rb") as file:
        packages = tomllib.load(file)["package"]
    return {(package["name"], package["version"]): package.get("checksum") for package in packages}


def component(package, checksum):
    made = {
        "type": "library",
        "bom-ref": package.reference,
        "name": package.name,
        "version": package.version,
        "purl": package.reference,
    }
    if checksum:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.license:
        # Older crates write a slash where SPDX has OR.
        made["licenses"] = [{"expression": package.license.replace("/", " OR ")}]
    if package.repository:
        made["externalReferences"] = [{"type": "vcs", "url": package.repository}]
    return made


def sbom(binary, features, target, timestamp, rustc):
    """`binary` is its name and the SHA-256 of its bytes."""
    name, digest = binary
    root, dependencies = linked(features, target)
    known = checksums()
    libraries = [component(package, known[package.name, package.version]) for package in dependencies if package != root]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": timestamp,
            "lifecycles": [{"phase": "build"}],
            "component": component(root, digest) | {"type": "application", "name": name},
            "properties": [{"name": "rustc", "value": rustc}, {"name": "target", "value": target}],
        },
        "components": sorted(libraries, key=lambda library: library["bom-ref"]),
        "dependencies": [
            {"ref": package.reference, "dependsOn": sorted(others)} for package, others in sorted(dependencies.items())
        ],
    }
    document["serialNumber"] = uuid.uuid5(NAMESPACE, json.dumps(document, sort_keys=True)).urn
    return json.dumps(document, indent=2) + "\n"
