"""Check verify-on-aws itself: beside a small server and an `aws` that play a good account, and one with each fault.

Each check must pass in the good account and fail for its own fault. Prints what is otherwise; exits 1 if anything is.
"""

import contextlib
import io
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "verify-on-aws")
sys.path.insert(0, HERE)
ARGUMENTS = ["--function", "gateway", "--requests", "3", "--patience", "0.3", "--metrics-delay", "0"]
ID = "0f0e0d0c-1111-2222-3333-444455556666"
# A fault, and the check that must find it.
FAULTS = {
    "no permission to invoke": "permissions",
    "no permission for the url": "permissions",
    "everybody may invoke": "permissions",
    "buffered url": "url",
    "cors of the url": "url",
    "no request id": "request-id",
    "another request id in the log": "request-id",
    "slash is decoded": "path",
    "server is not renamed": "headers",
    "renamed twice": "headers",
    "cookies are folded": "headers",
    "cors twice": "cors",
    "no cors": "cors",
    "answers are buffered": "streaming",
    "slow start": "cold-start",
    "no cold start": "cold-start",
    "long billed": "cost",
    "many units": "cost",
    "function stays": "clean-up",
    "no stage comes": "set-up",
}


# ---- The gateway behind its URL ----


def gateway(fault):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def send_response(self, code, message=None):
            self.send_response_only(code, message)

        def answer(self, body, *headers):
            self.send_response(200)
            if fault != "no request id":
                self.send_header("x-amzn-RequestId", ID)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for part in body:
                if part is None:
                    time.sleep(1.2)
                else:
                    self.wfile.write(f"{len(part):x}\r\n{part}\r\n".encode())
            self.wfile.write(b"0\r\n\r\n")

        def do_GET(self):
            path = self.path.split("/", 2)[2]
            if fault == "no stage comes":
                return self.send_error(404)
            if path == "echo/stream":
                parts = [None, "first\n", "last\n"] if fault == "answers are buffered" else ["first\n", None, "last\n"]
                return self.answer(parts, ("content-type", "text/plain"))
            if path == "echo/headers":
                return self.answer(['{"a":1}'], *self.renamed())
            if path.startswith("echo/"):
                path = path.replace("%2F", "/") if fault == "slash is decoded" else path
                return self.answer([json.dumps({"rawPath": f"/verify/{path}"})])
            cors = [("access-control-allow-origin", self.headers["origin"])] if self.headers["origin"] == "https://verify.example" else []
            self.answer(["{}"], *{"cors twice": 2 * cors, "no cors": []}.get(fault, cors))

        do_OPTIONS = do_GET

        def renamed(self):
            server = "server" if fault == "server is not renamed" else "x-amzn-remapped-server"
            cookies = [("set-cookie", "a=1, b=2")] if fault == "cookies are folded" else [("set-cookie", "a=1"), ("set-cookie", "b=2")]
            twice = [("x-amzn-remapped-x-amzn-remapped-date", "1")] if fault == "renamed twice" else []
            return [("content-type", "application/json"), (server, "verify"), ("x-verify", "kept"),
                    ("x-amzn-remapped-date", "Thu, 01 Jan 2026 00:00:00 GMT"), *cookies, *twice]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


# ---- The AWS CLI: `python check.py aws …` ----


def aws(folder, command):
    """Answers one call, and remembers it."""
    with open(os.path.join(folder, "world.json"), encoding="utf-8") as file:
        world = json.load(file)
    with open(os.path.join(folder, "calls"), "a", encoding="utf-8") as file:
        file.write(json.dumps(command) + "\n")
    fault, options = world["fault"], dict(zip(command, command[1:]))
    tables = {f"{name.upper()}_TABLE": f"t-{name}" for name in ["stages", "routes", "deployments"]}
    configuration = {"Role": "arn:aws:iam::111122223333:role/gateway", "Environment": {"Variables": tables}, "Runtime": "provided.al2023",
                     "Handler": "bootstrap", "Timeout": 30, "MemorySize": 128, "Architectures": ["arm64"], "LoggingConfig": {"LogGroup": "/aws/lambda/gateway"}}
    match command[1]:
        case "get-function-configuration":
            return configuration
        case "get-function-url-config":
            return {"FunctionUrl": world["url"] + "/", "AuthType": "NONE", "InvokeMode": "BUFFERED" if fault == "buffered url" else "RESPONSE_STREAM",
                    **({"Cors": {"AllowOrigins": ["*"]}} if fault == "cors of the url" else {})}
        case "get-policy":
            return {"Policy": json.dumps({"Statement": policy(fault)})}
        case "create-role":
            return {"Role": {"Arn": f"arn:aws:iam::111122223333:role/{options['--role-name']}"}}
        case "create-function":
            return {"FunctionArn": f"arn:aws:lambda:eu-west-1:111122223333:function:{options['--function-name']}"}
        case "get-function":
            return {"Code": {"Location": world["url"] + "/verify/mock"}}
        case "delete-function" if fault == "function stays":
            raise SystemExit("An error occurred (TooManyRequestsException)")
        case "filter-log-events":
            return {"events": log_lines(folder, fault, options["--filter-pattern"])}
        case "invoke":
            with open(command[command.index("--payload") + 2], "w", encoding="utf-8") as file:
                file.write('{"statusCode":200}')
            return {"StatusCode": 200}
        case "get-metric-statistics":
            return {"Datapoints": [{"Sum": 500.0 if fault == "many units" else 1.0}]}
        case "get-item":
            return {"Item": {"deploymentId": {"S": "d1"}}}
        case "scan":
            return {"Items": [{"deploymentId": {"S": "d1"}, "part": {"N": "0"}}]}
    return {}


def policy(fault):
    statement = lambda action, key, value: {"Sid": action, "Effect": "Allow", "Principal": "*", "Action": action, "Condition": {"StringEquals": {key: value}}}
    url = statement("lambda:InvokeFunctionUrl", "lambda:FunctionUrlAuthType", "NONE")
    invoke = statement("lambda:InvokeFunction", "lambda:InvokedViaFunctionUrl", "true")
    return {
        "no permission to invoke": [url],
        "no permission for the url": [invoke],
        "everybody may invoke": [url, invoke, {"Sid": "bare", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "lambda:InvokeFunction"}],
    }.get(fault, [url, invoke])


def log_lines(folder, fault, pattern):
    if "requestId" in pattern:
        return [{"message": "{}"}] if ID in pattern and fault != "another request id in the log" else []
    with open(os.path.join(folder, "calls"), encoding="utf-8") as file:
        calls = [json.loads(line)[1] for line in file]
    lines, fresh = [], True
    for call in calls:
        fresh = fresh or call == "update-function-configuration"
        if call == "invoke":
            start = {"initDurationMs": 900.0 if fault == "slow start" else 60.0} if fresh and fault != "no cold start" else {}
            metrics = {"billedDurationMs": 900 if fault == "long billed" else 5, **start}
            lines.append({"message": json.dumps({"type": "platform.report", "record": {"metrics": metrics}})})
            fresh = False
    return lines


# ---- The script in such an account ----


def verify(fault, by_the_cli=False):
    """Its output, its exit code, and the calls that it made; in this process, or as a user starts it."""
    folder = tempfile.mkdtemp(prefix="verify-check-")
    server = gateway(fault)
    try:
        with open(os.path.join(folder, "world.json"), "w", encoding="utf-8") as file:
            json.dump({"fault": fault, "url": f"http://127.0.0.1:{server.server_port}"}, file)
        said, code = as_a_user(folder) if by_the_cli else here(folder, fault)
        with open(os.path.join(folder, "calls"), encoding="utf-8") as file:
            return said, code, [json.loads(line) for line in file]
    finally:
        server.shutdown()
        shutil.rmtree(folder)


def as_a_user(folder):
    program = os.path.join(folder, "aws")
    with open(program, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\nexec "{sys.executable}" "{os.path.abspath(__file__)}" "{folder}" "$@"\n')
    os.chmod(program, 0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run([sys.executable, SCRIPT, *ARGUMENTS], env=environment, capture_output=True, text=True)
    return run.stdout + run.stderr, run.returncode


def here(folder, fault):
    """Without a process a call, which takes a hundred times as long, nor the stream, which takes its second."""
    import world

    def call(_self, *command, check=True):
        try:
            return json.loads(json.dumps(aws(folder, list(command))))
        except SystemExit as error:
            raise RuntimeError(error) from None

    checks = {*FAULTS.values()} - {"set-up", "clean-up"} - ({"streaming"} if FAULTS[fault] != "streaming" else set())
    world.World.aws, sys.argv = call, [SCRIPT, *ARGUMENTS, "--only", ",".join(checks)]
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(SCRIPT, run_name="__main__")
    except SystemExit as end:
        return said.getvalue(), int(end.code)


def remains(calls):
    """What was made and not removed."""
    name_of = lambda call: next(it for flag, it in zip(call, call[1:]) if flag in ("--function-name", "--role-name"))
    made = {(call[1].split("-", 1)[1], name_of(call)) for call in calls if call[1] in ("create-function", "create-role", "put-role-policy")}
    gone = {(call[1].split("-", 1)[1], name_of(call)) for call in calls if call[1] in ("delete-function", "delete-role", "delete-role-policy")}
    routes = sum(call[1] == "put-item" for call in calls)
    deleted = sum(call[1] == "delete-item" and "t-routes" in call for call in calls)
    return [*(made - gone), *(["routes"] if routes != deleted else [])]


def wrong():
    said, code, calls = verify(None, by_the_cli=True)
    if code or "FAIL" in said or not said.endswith("all passed\n"):
        yield f"a good account: exit code {code}\n{said}"
    if left := remains(calls):
        yield f"a good account: {left} is left"
    for name in set(FAULTS.values()) - {"clean-up"}:
        if f"pass  {name}: " not in said:
            yield f"a good account: no line of {name}"
    for fault, check in FAULTS.items():
        said, code, calls = verify(fault)
        failed = {line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("FAIL")}
        if code != 1 or failed != {check}:
            yield f"{fault}: exit code {code}, failed {failed}, expected {check}\n{said}"
        if fault != "function stays" and (left := remains(calls)):
            yield f"{fault}: {left} is left"


def main():
    found = list(wrong())
    print("\n".join(found) or f"infra/verify-on-aws: passes in a good account, and finds each of {len(FAULTS)} faults")
    sys.exit(bool(found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(aws(sys.argv[1], sys.argv[2:])))
    else:
        main()
