"""The stack in the emulator: packaged with a binary, deployed, asked for what it is, removed. For deploy_check.py."""

import os
import subprocess
import time
import zipfile

import use_zip
from botocore.exceptions import ClientError

STACK = "tollgate"
# The emulator knows no saved queries, and refuses a template that has them.
NO_QUERIES = """
Parameters: { LogGroup: { Type: String }, Prefix: { Type: String } }
Resources: { Nothing: { Type: "AWS::CloudFormation::WaitConditionHandle" } }
"""


class Deployment:
    def __init__(self, emulator, binary, architecture):
        self.emulator, self.binary, self.architecture = emulator, binary, architecture
        self.cloudformation = emulator.client("cloudformation")
        emulator.client("s3").create_bucket(Bucket="deploy")

    def package(self, note):
        """A template whose code is the binary, in a zip that `note` makes another one."""
        path = os.path.join(self.emulator.folder, f"{note}.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            with open(self.binary, "rb") as file:
                archive.writestr(entry, file.read())
            archive.writestr("note", note)
        folder = os.path.join(self.emulator.folder, note)
        use_zip.write(path, folder)
        with open(os.path.join(folder, "infra", "queries.yaml"), "w", encoding="utf-8") as file:
            file.write(NO_QUERIES)
        packaged = os.path.join(folder, "packaged.yaml")
        command = ["sam", "package", "--template-file", os.path.join(folder, "template.yaml"), "--s3-bucket", "deploy"]
        command += ["--output-template-file", packaged, "--no-progressbar"]
        subprocess.run(
            command,
            check=True,
            env=self.emulator.environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with open(packaged, encoding="utf-8") as file:
            self.template = file.read()

    def deploy(self, **parameters):
        """Makes or updates the stack; returns its state, and why it is so where it is no good one."""
        given = {"Architecture": self.architecture, **parameters}
        self.given = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
        arguments = dict(StackName=STACK, Capabilities=capabilities, Parameters=self.given, TemplateBody=self.template)
        kind = "UPDATE" if self.state() is not None else "CREATE"
        name = f"change-{time.monotonic_ns()}"
        self.cloudformation.create_change_set(ChangeSetName=name, ChangeSetType=kind, **arguments)
        waiter = self.cloudformation.get_waiter("change_set_create_complete")
        waiter.wait(StackName=STACK, ChangeSetName=name, WaiterConfig={"Delay": 1})
        self.cloudformation.execute_change_set(StackName=STACK, ChangeSetName=name)
        return self.settled()

    def state(self):
        try:
            return self.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        except ClientError:
            return None

    def settled(self):
        for _ in range(600):
            state = self.state()
            if state is None or not state.endswith("IN_PROGRESS"):
                break
            time.sleep(0.5)
        if state and not state.endswith("COMPLETE") or state and "ROLLBACK" in state:
            events = self.cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [
                (it["LogicalResourceId"], it.get("ResourceStatusReason"))
                for it in events
                if "FAILED" in it["ResourceStatus"]
            ]
            return state, failed
        return state

    def outputs(self):
        [stack] = self.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        return {it["OutputKey"]: it["OutputValue"] for it in stack["Outputs"]}

    def refusal(self, **parameters):
        try:
            self.deploy(**parameters)
        except ClientError as error:
            return str(error)
        return "it was taken"

    def remove(self):
        self.cloudformation.delete_stack(StackName=STACK)
        return self.settled()
