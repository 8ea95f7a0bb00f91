"""AWS on this machine: ministack, with IAM enforced, in a process and a folder of its own. For deploy_check.py."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "us-east-1"
# The root caller's, as the emulator knows it.
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


class Emulator:
    def __init__(self, program):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.folder = tempfile.mkdtemp(prefix="tollgate-deploy-check-")
        own = {
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            # Runs the bootstrap as a process of this machine.
            "LAMBDA_EXECUTOR": "local",
            # Denies what policies do not allow, also to the gateway.
            "AUTH": "true",
        }
        self.environment = {**os.environ, **KEYS, "AWS_ENDPOINT_URL": self.endpoint}
        self.log = open(os.path.join(self.folder, "emulator.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [program], cwd=self.folder, env={**self.environment, **own}, stdout=self.log, stderr=subprocess.STDOUT
        )

    def wait(self):
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(f"the emulator ended: {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the emulator does not listen: {self.log.name}")

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def get(self, url, path, headers=None, is_signed=False):
        """The status and the body of a GET through a function URL."""
        host = url.removeprefix("https://").rstrip("/")
        headers = {"Host": host, **(headers or {})}
        if is_signed:
            signed = AWSRequest("GET", f"https://{host}{path}", headers={"Host": host})
            key = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"])
            SigV4Auth(key, "lambda", REGION).add_auth(signed)
            headers |= dict(signed.headers)
        try:
            request = urllib.request.Request(self.endpoint + path, headers=headers)
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder)
