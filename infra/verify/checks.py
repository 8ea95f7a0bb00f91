"""The checks by what can be asked: permissions, the URL's settings, and answers. Each gives pairs: passed, words."""

import json
import re

from world import ORIGIN

UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def all_of(headers, name):
    return [value for it, value in headers if it == name]


def permissions(world):
    """Both statements of a public URL, and none that lets everybody invoke the function itself."""
    said = world.aws("lambda", "get-policy", "--function-name", world.function, *world.qualifier, check=False)
    statements = json.loads(said["Policy"])["Statement"] if said else []
    for_all = [it for it in statements if it["Effect"] == "Allow" and it["Principal"] in ("*", {"AWS": "*"})]
    is_public = world.url_config["AuthType"] == "NONE"
    results = []
    for action, key, value in [("lambda:InvokeFunctionUrl", "lambda:FunctionUrlAuthType", "NONE"), ("lambda:InvokeFunction", "lambda:InvokedViaFunctionUrl", "true")]:
        found = [it for it in for_all if action in it["Action"].split() and value in conditions(it).get(key.lower(), "")]
        results.append((bool(found) == is_public, f"{action} for everybody with {key}: {'is there' if found else 'is not there'}; AuthType is {world.url_config['AuthType']}"))
    bare = [it.get("Sid", "?") for it in for_all if not conditions(it)]
    results.append((not bare, f"statements for everybody without a condition: {', '.join(bare) or 'none'}"))
    return results


def conditions(statement):
    return {key.lower(): str(value).lower() if str(value).lower() in ("true", "false") else str(value)
            for test in statement.get("Condition", {}).values() for key, value in test.items()}


def url_settings(world):
    mode, cors = world.url_config.get("InvokeMode"), world.url_config.get("Cors")
    return [
        (mode == "RESPONSE_STREAM", f"InvokeMode is {mode}, expected RESPONSE_STREAM"),
        (not cors, f"the URL's own CORS is {cors or 'off'}, expected off: it would override the gateway's"),
    ]


def request_id(world):
    """The id in the answer is the one in the log, so that a client's complaint can be found."""
    _, headers, _, _ = world.send(f"/{world.name}/mock")
    ids = all_of(headers, "x-amzn-requestid")
    if len(ids) != 1 or not UUID.match(ids[0]):
        return [(False, f"x-amzn-RequestId: got {ids}, expected one UUID")]
    pattern = f'{{ $.requestId = "{ids[0]}" }}'
    find = lambda: world.aws("logs", "filter-log-events", "--log-group-name", world.log_group, "--filter-pattern", pattern).get("events")
    try:
        world.wait("an access line", find)
    except TimeoutError:
        return [(False, f"x-amzn-RequestId {ids[0]}: no access line in {world.log_group} has it")]
    return [(True, f"x-amzn-RequestId {ids[0]} is in the access log")]


def encoded_slash(world):
    """`%2F` in a path stays so on its way through the URL: else one segment became two."""
    status, _, body, _ = world.send(f"/{world.name}/echo/a%2Fb")
    path = json.loads(body).get("rawPath") if status == 200 else None
    return [(bool(path) and path.endswith("/echo/a%2Fb"), f"/echo/a%2Fb: got {status} with rawPath {path}, expected 200 with %2F in it")]


def headers(world):
    """What the gateway renames arrives renamed once, what is the target's own as it is."""
    _, got, body, _ = world.send(f"/{world.name}/echo/headers")
    expected = [
        ("x-amzn-remapped-server", ["verify"]),
        ("x-amzn-remapped-date", ["Thu, 01 Jan 2026 00:00:00 GMT"]),
        ("x-verify", ["kept"]),
        ("content-type", ["application/json"]),
        ("set-cookie", ["a=1", "b=2"]),
    ]
    results = [(all_of(got, name) == wanted, f"{name}: got {all_of(got, name)}, expected {wanted}") for name, wanted in expected]
    twice = [name for name, _ in got if name.count("remapped") > 1]
    results.append((not twice, f"renamed twice: {', '.join(twice) or 'none'}"))
    results.append((body == '{"a":1}', f"the body: got {body[:40]!r}, expected the target's"))
    return results


def cors(world):
    """CORS is the gateway's alone: one header, for the origin that it allows, on a preflight too."""
    results = []
    for method, origin, wanted in [("GET", ORIGIN, [ORIGIN]), ("OPTIONS", ORIGIN, [ORIGIN]), ("GET", "https://other.example", [])]:
        _, got, _, _ = world.send(f"/{world.name}/mock", method=method, Origin=origin, Access_Control_Request_Method="GET")
        allowed = all_of(got, "access-control-allow-origin")
        results.append((allowed == wanted, f"{method} from {origin}: access-control-allow-origin {allowed}, expected {wanted}"))
    return results


def streaming(world):
    """The first byte comes before the last is written; the target waits two seconds in between."""
    status, _, body, (first, last) = world.send(f"/{world.name}/echo/stream")
    between = last - first
    return [(status == 200 and body == "first\nlast\n" and between > 1,
             f"status {status}, {len(body)} bytes, {between:.1f} s from the first byte to the last; expected 200, 11, about 2")]
