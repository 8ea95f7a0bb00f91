"""Cold starts and the cost of a million requests, by a copy of the gateway, so that the gateway itself is not touched."""

import json
import tempfile
import time
import urllib.request
from datetime import datetime, timedelta, timezone

COLD_STARTS = 5
# us-east-1 in dollars, December 2026: a request, a gigabyte-second by architecture, a read and a write unit.
REQUEST = 0.20e-6
GIGABYTE_SECOND = {"arm64": 13.3334e-6, "x86_64": 16.6667e-6}
READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6
# What an HTTP API takes a million, and what the docs promise a start to take.
HTTP_API = 1.00
START_MILLISECONDS = 300


def make_copy(world):
    """The gateway's own code, role, memory and variables, but its platform lines are written."""
    if hasattr(world, "copy"):
        return world.copy
    function = world.aws("lambda", "get-function", "--function-name", world.function, *world.qualifier)
    with urllib.request.urlopen(function["Code"]["Location"]) as answer:
        package = answer.read()
    name, own = f"{world.name}-copy", world.configuration
    log = {"LogFormat": "JSON", "SystemLogLevel": "INFO", "ApplicationLogLevel": "TRACE", "LogGroup": world.log_group}
    world.create_function(
        name, package, "--runtime", own["Runtime"], "--handler", own["Handler"], "--role", own["Role"], "--timeout", str(own["Timeout"]),
        "--memory-size", str(own["MemorySize"]), "--architectures", *own["Architectures"], "--logging-config", json.dumps(log),
        "--environment", json.dumps({"Variables": own["Environment"]["Variables"]}))
    world.copy = name
    return name


def invoke(world, name):
    event = {
        "version": "2.0", "rawPath": f"/{world.name}/mock", "rawQueryString": "",
        "headers": {"host": "x.lambda-url.local", **world.proxy_headers},
        "requestContext": {"http": {"method": "GET", "path": f"/{world.name}/mock", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}, "domainName": "x"},
    }
    with tempfile.NamedTemporaryFile("w+") as payload, tempfile.NamedTemporaryFile("r", errors="replace") as answer:
        json.dump(event, payload)
        payload.flush()
        said = world.aws("lambda", "invoke", "--function-name", name, "--payload", f"fileb://{payload.name}", answer.name)
        body = answer.read()
    if said.get("FunctionError") or "200" not in body[:200]:
        raise RuntimeError(f"the copy of the gateway: got {said.get('FunctionError')} {body[:200]!r}, expected an answer with 200")


def reports(world, since, wanted):
    """The metrics of `wanted` platform.report lines since then."""
    def look():
        events = world.aws("logs", "filter-log-events", "--log-group-name", world.log_group, "--start-time", str(int(since * 1000)),
                           "--filter-pattern", '{ $.type = "platform.report" }').get("events", [])
        metrics = [json.loads(it["message"])["record"]["metrics"] for it in events if it["message"].startswith("{")]
        return metrics if len(metrics) >= wanted else None
    return world.wait(f"{wanted} lines platform.report in {world.log_group}", look)


def cold_start(world):
    name, since = make_copy(world), time.time()
    for number in range(COLD_STARTS):
        # Another variable: no instance of before may answer.
        variables = {**world.variables, "VERIFY": str(number)}
        world.aws("lambda", "update-function-configuration", "--function-name", name, "--environment", json.dumps({"Variables": variables}))
        state = lambda: world.aws("lambda", "get-function-configuration", "--function-name", name)
        world.wait("the variable acts", lambda: state().get("LastUpdateStatus", "Successful") == "Successful")
        invoke(world, name)
    starts = sorted(it["initDurationMs"] for it in reports(world, since, COLD_STARTS) if "initDurationMs" in it)
    if len(starts) < COLD_STARTS:
        return [(False, f"{len(starts)} of {COLD_STARTS} invocations were cold")]
    middle = starts[len(starts) // 2]
    return [(middle < START_MILLISECONDS, f"init {middle:.0f} ms in the middle of {COLD_STARTS} ({starts[0]:.0f} to {starts[-1]:.0f}), expected below {START_MILLISECONDS}")]


def cost(world):
    """Of a MOCK route, logs left out: billed time of the copy, units of the tables. Other traffic would be counted too."""
    name, since = make_copy(world), time.time()
    invoke(world, name)
    began = datetime.now(timezone.utc)
    for _ in range(world.options.requests):
        invoke(world, name)
    found = [it for it in reports(world, since, world.options.requests + 1) if "initDurationMs" not in it]
    billed = sum(it["billedDurationMs"] for it in found) / len(found)
    [architecture] = world.configuration["Architectures"]
    compute = billed / 1000 * world.configuration["MemorySize"] / 1024 * GIGABYTE_SECOND[architecture]
    units = tables(world, began) / world.options.requests
    million = 1e6 * (REQUEST + compute + units)
    return [(million < HTTP_API, f"${million:.2f} a million: {billed:.1f} ms billed, ${1e6 * units:.3f} of DynamoDB; expected below ${HTTP_API:.2f}, an HTTP API's")]


def tables(world, began):
    """The dollars of all units since then, once CloudWatch has them."""
    dollars = 0.0
    end = datetime.now(timezone.utc) + timedelta(minutes=1)
    time.sleep(world.options.metrics_delay)
    for name, table in sorted(world.variables.items()):
        if not name.endswith("_TABLE"):
            continue
        for metric, price in [("ConsumedReadCapacityUnits", READ_UNIT), ("ConsumedWriteCapacityUnits", WRITE_UNIT)]:
            said = world.aws("cloudwatch", "get-metric-statistics", "--namespace", "AWS/DynamoDB", "--metric-name", metric,
                             "--dimensions", f"Name=TableName,Value={table}", "--statistics", "Sum", "--period", "60",
                             "--start-time", began.isoformat(), "--end-time", end.isoformat())
            dollars += price * sum(it["Sum"] for it in said.get("Datapoints", []))
    return dollars
