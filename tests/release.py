"""Package releases of given binaries, and look at every file: `make check` runs this; it compiles nothing.

Two clones of HEAD in folders of different names give the same bytes. Whether rustc does is what `make release-check`
asks: here cargo-lambda is a script.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unittest
import zipfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "infra"))

import release_template

with open(f"{ROOT}/Cargo.toml", "rb") as file:
    VERSION = tomllib.load(file)["package"]["version"]
EPOCH = "1700000001"
TIME = (2023, 11, 14, 22, 13, 20)
ARCHITECTURES = ["arm64", "x86_64"]
# Stands in for the tool: it tells its words, and nothing else.
TOOL = """#!/bin/sh
case $1 in
  completion) echo "words for $2" ;;
  man) echo "a page" >"$2/tollgate.1"; echo "another" >"$2/tollgate-check.1" ;;
  *) exit 64 ;;
esac
"""
# Stands in for cargo-lambda: a binary is what it was built with. All else is cargo's.
CARGO = """#!/bin/sh
test "$1" = lambda || exec {cargo} "$@"
echo "$* $RUSTFLAGS" >>{log}
while test $# -gt 0; do
  case $1 in --bin) binary=$2 ;; --lambda-dir) folder=$2 ;; esac
  shift
done
mkdir -p "$folder/$binary"
cp {tool} "$folder/$binary/bootstrap"
"""
# Stands in for a compiler that has every standard library.
RUSTC = """#!/bin/sh
case "$*" in *target-libdir*) echo {libraries} ;; *) exec {rustc} "$@" ;; esac
"""


def clone(folder):
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


def write(path, text, mode=0o755):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def package(root):
    """Packages binaries whose bytes tell their architecture; returns all files by name."""
    built = []
    for architecture in ARCHITECTURES:
        write(f"{root}/built/{architecture}/gateway/bootstrap", f"the gateway for {architecture}")
        write(f"{root}/built/{architecture}/tollgate/bootstrap", TOOL + f"# {architecture}\n", 0o700)
        built.append(f"{architecture}=built/{architecture}")
    tool = "built/x86_64/tollgate/bootstrap"
    command = [sys.executable, "infra/package_release.py", "--words-of", tool, "--rustc", "rustc 1.0.0", *built]
    subprocess.run(command, cwd=root, check=True, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, stdout=subprocess.PIPE)
    return {path.name: path.read_bytes() for path in pathlib.Path(f"{root}/target/releases/{VERSION}").iterdir()}


class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.first = clone(f"{cls.place.name}/a")
        cls.files = package(cls.first)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def zip(self, name):
        return zipfile.ZipFile(f"{self.first}/target/releases/{VERSION}/{name}")

    def refusal(self, *arguments, **environment):
        ran = subprocess.run(
            [f"{self.first}/infra/release", *arguments], env=os.environ | environment, capture_output=True, text=True
        )
        self.assertEqual((ran.returncode, ran.stdout), (1, ""))
        return ran.stderr

    def test_another_folder_gives_the_same_bytes(self):
        second = clone(f"{self.place.name}/a-folder/with-a-longer-name/b")
        subprocess.run(["touch", "-d", "2001-01-01", f"{second}/template.yaml", f"{second}/LICENSE"], check=True)
        self.assertEqual(package(second), self.files)

    def test_a_release_has_two_zips_and_their_components_for_each_architecture(self):
        names = [
            f"{stem}.{ending}"
            for architecture in ARCHITECTURES
            for stem in (f"tollgate-gateway-{VERSION}-{architecture}", f"tollgate-{VERSION}-{architecture}-linux")
            for ending in ("zip", "cdx.json")
        ]
        self.assertEqual(sorted(self.files), sorted([*names, "SHA256SUMS"]))

    def test_the_sums_are_those_of_all_other_files(self):
        lines = self.files["SHA256SUMS"].decode().splitlines()
        others = [name for name in self.files if name != "SHA256SUMS"]
        self.assertEqual(lines, [f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}" for name in sorted(others)])

    def test_the_zip_of_the_gateway_is_one_executable_at_its_root(self):
        for architecture in ARCHITECTURES:
            archive = self.zip(f"tollgate-gateway-{VERSION}-{architecture}.zip")
            entries = [(entry.filename, entry.external_attr >> 16, entry.date_time) for entry in archive.infolist()]
            self.assertEqual(entries, [("bootstrap", 0o100755, TIME)])
            self.assertEqual(archive.read("bootstrap").decode(), f"the gateway for {architecture}")

    def test_the_zip_of_the_tool_has_all_that_a_deployment_needs(self):
        name = f"tollgate-{VERSION}-arm64-linux"
        archive = self.zip(f"{name}.zip")
        modes = {entry.filename.removeprefix(f"{name}/"): entry.external_attr >> 16 for entry in archive.infolist()}
        self.assertEqual(list(modes), sorted(modes))
        expected = ["tollgate", "template.yaml", "template-x86_64.yaml", "samconfig.toml", "infra/tables.yaml"]
        expected += ["infra/queries.yaml", "infra/verify-on-aws", "infra/verify/checks.py"]
        expected += [f"tollgate-gateway-{VERSION}-{architecture}.zip" for architecture in ARCHITECTURES]
        expected += ["completions/_tollgate", "completions/tollgate.bash", "completions/tollgate.fish"]
        expected += ["man/man1/tollgate.1", "man/man1/tollgate-check.1"]
        self.assertEqual([entry for entry in expected if entry not in modes], [])
        self.assertEqual(modes["tollgate"], 0o100755)
        self.assertEqual(modes["template.yaml"], 0o100644)
        for architecture in ARCHITECTURES:
            gateway = f"tollgate-gateway-{VERSION}-{architecture}.zip"
            self.assertEqual(archive.read(f"{name}/{gateway}"), self.files[gateway])
            template = archive.read(f"{name}/{release_template.name(architecture)}").decode()
            self.assertIn(f"      CodeUri: {gateway}\n", template)
            self.assertNotIn("BuildMethod", template)

    def test_components_are_the_crates_that_are_linked(self):
        gateway, tool = (
            json.loads(self.files[f"{stem}.cdx.json"])
            for stem in (f"tollgate-gateway-{VERSION}-arm64", f"tollgate-{VERSION}-arm64-linux")
        )
        names = [{component["name"] for component in bom["components"]} for bom in (gateway, tool)]
        # Of the gateway; of the tool alone; of macros; of tests.
        crates = ("hyper", "clap", "serde_derive", "proptest")
        found = [[crate in of for crate in crates] for of in names]
        self.assertEqual(found, [[True, False, False, False], [True, True, False, False]])
        digest = hashlib.sha256(b"the gateway for arm64").hexdigest()
        self.assertEqual(gateway["metadata"]["component"]["hashes"], [{"alg": "SHA-256", "content": digest}])
        self.assertEqual(gateway["metadata"]["timestamp"], "2023-11-14T22:13:21Z")

    def test_the_template_of_a_release_is_linted_as_cloudformation_sees_it(self):
        folder = f"{self.place.name}/unpacked"
        self.zip(f"tollgate-{VERSION}-x86_64-linux.zip").extractall(folder)
        unpacked = f"{folder}/tollgate-{VERSION}-x86_64-linux"
        check = [sys.executable, f"{ROOT}/infra/check_template.py", f"{unpacked}/template-x86_64.yaml"]
        ran = subprocess.run(check, capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, "", ""))

    def test_a_template_that_has_changed_is_not_packaged_by_guess(self):
        with self.assertRaisesRegex(ValueError, "got these lines 0 times, expected them once:\n      CodeUri: ."):
            release_template.release_template(release_template.BUILD + release_template.ARCHITECTURES, "arm64", "a.zip")

    def test_a_missing_standard_library_is_an_error_and_not_a_smaller_release(self):
        rustc = f"{self.place.name}/rustc"
        write(rustc, f"#!/bin/sh\necho {self.place.name}/nothing\n")
        for arguments, target in [((), "x86_64"), (("--only", "arm64"), "aarch64")]:
            told = self.refusal(*arguments, RUSTC=rustc)
            self.assertIn(f"(rustup target add {target}-unknown-linux-gnu)", told)

    def test_the_script_builds_both_binaries_for_both_architectures_without_names_of_folders(self):
        place = f"{self.place.name}/stand-ins"
        root = clone(f"{place}/clone")
        write(f"{place}/tool", TOOL)
        write(f"{place}/libstd-1.rlib", "")
        paths = {name: shutil.which(name) for name in ("cargo", "rustc")}
        paths |= {name: f"{place}/{name}" for name in ("log", "tool")}
        write(f"{place}/bin/cargo", CARGO.format(**paths))
        write(f"{place}/bin/rustc", RUSTC.format(libraries=place, **paths))
        environment = os.environ | {
            "PATH": f"{place}/bin:{os.environ['PATH']}",
            "RUSTC": f"{place}/bin/rustc",
            "CARGO_HOME": os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo")),
        }
        ran = subprocess.run([f"{root}/infra/release"], env=environment, capture_output=True, text=True)
        # cargo may say there that it waits for another one.
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(sorted(os.listdir(f"{root}/target/releases/{VERSION}")), sorted(self.files))

        calls = pathlib.Path(paths["log"]).read_text().replace(root, "FOLDER")
        calls = calls.replace(environment["CARGO_HOME"], "HOME")
        expected = [
            f"lambda build --quiet --locked --release --bin {binary} --target {target}-unknown-linux-gnu"
            f" --skip-target-check --lambda-dir FOLDER/target/release-build/{architecture}"
            " --remap-path-prefix=HOME=/cargo --remap-path-prefix=FOLDER=/tollgate"
            for architecture, target in [("x86_64", "x86_64"), ("arm64", "aarch64")]
            for binary in ("gateway", "tollgate --features local")
        ]
        self.assertEqual(calls.splitlines(), expected)

    def test_what_would_change_the_bytes_is_refused(self):
        self.assertIn("RUSTFLAGS is set", self.refusal(RUSTFLAGS="-C target-cpu=native"))
        self.assertIn("expected none, --only x86_64 or --only arm64", self.refusal("--only", "riscv"))
        path = pathlib.Path(self.first, "LICENSE")
        self.addCleanup(path.write_text, path.read_text())
        path.write_text("mine")
        self.assertIn(" M LICENSE", self.refusal())


if __name__ == "__main__":
    unittest.main()
