"""Runs Terraform beside the stand-in for AWS's provider: a first plan as JSON, or what refuses it."""

import json
import os
import re
import subprocess
import tempfile

import provider

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
# Terraform hashes the package: any file does.
PACKAGE = os.path.abspath(__file__)


class Terraform:
    def __init__(self, folder=FOLDER):
        self.folder = folder
        self.server, attached = provider.serve()
        self.data = tempfile.TemporaryDirectory()
        self.env = {**os.environ, "TF_REATTACH_PROVIDERS": attached, "TF_DATA_DIR": self.data.name,
                    "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        self.run("init", "-input=false", "-backend=false")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop(None)
        self.data.cleanup()

    def run(self, *arguments):
        said = self.try_run(*arguments)
        if said.returncode:
            raise SystemExit(f"terraform {' '.join(arguments)} in {self.folder}:\n{said.stdout}{said.stderr}")
        return said.stdout

    def try_run(self, *arguments):
        return subprocess.run(["terraform", *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True)

    def plan(self, variables):
        """The plan's JSON, with `configuration` and `planned_values`."""
        path = os.path.join(self.data.name, "plan")
        self.run("plan", "-input=false", "-lock=false", f"-out={path}", *flags(variables))
        return json.loads(self.run("show", "-json", path))

    def refusal(self, variables):
        """All that is said against these variables, in one line; nothing if they are taken."""
        said = self.try_run("plan", "-input=false", "-lock=false", "-no-color", *flags(variables))
        return re.sub(r"[\s│╷╵]+", " ", said.stderr) if said.returncode else ""


def flags(variables):
    return [f"-var={name}={it if isinstance(it, str) else json.dumps(it)}" for name, it in variables.items()]


def resources(plan, kind):
    """The planned resources of a type, by their addresses."""
    found = plan["planned_values"]["root_module"].get("resources", [])
    return {it["address"]: it["values"] for it in found if it["type"] == kind}
