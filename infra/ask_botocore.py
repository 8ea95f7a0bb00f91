"""Asks botocore anew for the services of src/aws/service/tests/botocore.txt: `make service-table`.

The ids in the file stay; a new service is a line with its id (the end of its AWS_ENDPOINT_URL_…). A unit test compares the
table of services with the file.
"""

import sys
from pathlib import Path

import botocore
from botocore.session import Session

REGIONS = ["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"]
HEAD = """\
# What AWS's own models say of the services that are called, by the end of AWS_ENDPOINT_URL_…; `make service-table` asks
# botocore anew. sign: name in signatures, api: version, speaks: protocols, target: of JSON with its version, below: what
# stands before the host of some operations, last the hosts of regions.
"""


def main(path: Path) -> None:
    session = Session()
    loader = session.get_component("data_loader")
    names = {model_id(loader, name): name for name in loader.list_available_services("service-2")}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    ids = sorted({line.split()[0] for line in lines})
    unknown = [service_id for service_id in ids if service_id not in names]
    if unknown:
        sys.exit(f"botocore {botocore.__version__} has no {', '.join(unknown)}")
    path.write_text(HEAD + "".join(row(session, loader, i, names[i]) + "\n" for i in ids))


def model_id(loader, name: str) -> str:
    metadata = loader.load_service_model(name, "service-2")["metadata"]
    return metadata["serviceId"].upper().replace(" ", "_")


def row(session: Session, loader, service_id: str, name: str) -> str:
    model = loader.load_service_model(name, "service-2")
    metadata = model["metadata"]
    words = [
        service_id,
        f"sign={metadata.get('signingName', metadata['endpointPrefix'])}",
        f"api={metadata['apiVersion']}",
        f"speaks={','.join(metadata.get('protocols', [metadata['protocol']]))}",
    ]
    if "targetPrefix" in metadata:
        words.append(f"target={metadata['targetPrefix']}/{metadata['jsonVersion']}")
    prefixes = {operation.get("endpoint", {}).get("hostPrefix", "") for operation in model["operations"].values()}
    words.extend(f"below={prefix}" for prefix in sorted(prefixes) if prefix and "{" not in prefix)
    for region in REGIONS:
        keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        host = session.create_client(name, region_name=region, **keys).meta.endpoint_url
        words.append(f"{region}={host.removeprefix('https://')}")
    return " ".join(words)


main(Path(sys.argv[1]))
