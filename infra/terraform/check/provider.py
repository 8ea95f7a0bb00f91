"""Stands in for AWS's Terraform provider, which no package registry has: schemas by schema.json, and plans.

Terraform talks to it as to any provider (protocol 5, the messages of tfplugin5.proto), so `validate` and `plan` see what
is misspelt, of the wrong type, missing or circular. What AWS would make up is unknown, as in every first plan.
"""

import json
import os
from concurrent import futures

import grpc
import msgpack

FOLDER = os.path.dirname(os.path.abspath(__file__))
UNKNOWN = msgpack.ExtType(0, b"\0")
# The same world as infra/cloudformation.py has.
DATA = {
    "aws_caller_identity": {"account_id": "111122223333"},
    "aws_partition": {"partition": "aws", "dns_suffix": "amazonaws.com"},
    "aws_region": {"region": "eu-west-1"},
    "aws_secretsmanager_random_password": {"random_password": "made-up"},
}
NESTING = {"list": 2, "set": 3}


# ---- Protocol buffers, as far as they are needed ----


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, value):
    """One field: a whole number, true, text, or bytes (of a message too)."""
    if isinstance(value, int):
        return varint(number << 3) + varint(int(value)) if value else b""
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(message):
    """The fields of a message that have text, bytes or messages in them."""
    found, at = {}, 0

    def number():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = number()
        size = number()
        if tag & 7 == 2:
            found[tag >> 3] = message[at : at + size]
            at += size
    return found


# ---- Schemas ----


def block(schema):
    attributes = b"".join(
        field(2, field(1, name) + field(2, json.dumps(it["type"])) + field(4, it.get("required", False))
              + field(5, it.get("optional", False)) + field(6, it.get("computed", False)))
        for name, it in schema["attributes"].items()
    )
    blocks = b"".join(
        field(3, field(1, name) + field(2, block(it["block"])) + field(3, NESTING[it["nesting"]])
              + field(4, it["min"]) + field(5, it["max"]))
        for name, it in schema["blocks"].items()
    )
    return attributes + blocks


def schema(it):
    return field(2, block(it))


def of_types(number, types):
    return b"".join(field(number, field(1, name) + field(2, schema(it))) for name, it in types.items())


class Provider:
    def __init__(self):
        with open(os.path.join(FOLDER, "schema.json"), encoding="utf-8") as file:
            self.schemas = json.load(file)

    def get_schema(self, _request):
        provider = {"attributes": {"region": {"type": "string", "optional": True}}, "blocks": {}}
        return (field(1, schema(provider)) + of_types(2, self.schemas["resources"]) + of_types(3, self.schemas["data"]))

    def prepare(self, request):
        return field(1, fields(request)[1])

    def nothing_to_say(self, _request):
        return b""

    def plan(self, request):
        request = fields(request)
        kind, proposed = request[1].decode(), dynamic(request[3])
        if proposed is not None:
            for name, attribute in self.schemas["resources"][kind]["attributes"].items():
                if attribute.get("computed") and proposed.get(name) is None:
                    proposed[name] = UNKNOWN
        return field(1, field(1, msgpack.packb(proposed)))

    def read(self, request):
        request = fields(request)
        return field(1, field(1, msgpack.packb({**dynamic(request[2]), **DATA[request[1].decode()]})))


def dynamic(value):
    return msgpack.unpackb(fields(value)[1], strict_map_key=False)


def serve():
    """Starts it, and returns it and what Terraform has to find in TF_REATTACH_PROVIDERS."""
    provider = Provider()
    methods = {
        "GetSchema": provider.get_schema,
        "PrepareProviderConfig": provider.prepare,
        "ValidateResourceTypeConfig": provider.nothing_to_say,
        "ValidateDataSourceConfig": provider.nothing_to_say,
        "Configure": provider.nothing_to_say,
        "PlanResourceChange": provider.plan,
        "ReadDataSource": provider.read,
        "Stop": provider.nothing_to_say,
    }
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(lambda request, _context, method=method: method(request))
        for name, method in methods.items()
    }
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("tfplugin5.Provider", handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    address = {"Network": "tcp", "String": f"127.0.0.1:{port}"}
    attached = {"Protocol": "grpc", "ProtocolVersion": 5, "Pid": os.getpid(), "Test": True, "Addr": address}
    return server, json.dumps({"registry.terraform.io/hashicorp/aws": attached})
