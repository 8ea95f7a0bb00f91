"""Powertools for AWS Lambda (Python) behind a function URL: checks an API key, counts it, and invokes the target.

The environment has ROUTES, the number of routes, and CHECKS_KEYS, `true` if keys are checked and counted.
"""

import hashlib
import json
import os

import boto3
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ServiceError
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

app = LambdaFunctionUrlResolver()
dynamodb = boto3.client("dynamodb")
functions = boto3.client("lambda")


def check_key(app: LambdaFunctionUrlResolver, next_middleware: NextMiddleware) -> Response:
    value = app.current_event.headers.get("x-api-key", "")
    key_hash = hashlib.sha256(value.encode()).hexdigest()
    item = dynamodb.get_item(TableName=os.environ["API_KEYS_TABLE"], Key={"keyHash": {"S": key_hash}}).get("Item")
    if item is None:
        raise ServiceError(403, "Forbidden")
    try:
        dynamodb.update_item(
            TableName=os.environ["COUNTERS_TABLE"],
            Key={"counter": {"S": f"peer {item['id']['S']}"}},
            UpdateExpression="ADD used :one",
            ConditionExpression="attribute_not_exists(used) OR used < :limit",
            ExpressionAttributeValues={":one": {"N": "1"}, ":limit": {"N": os.environ["QUOTA"]}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as refused:
        raise ServiceError(429, "Limit Exceeded") from refused
    return next_middleware(app)


def invoke_target(tenant: str, id: str) -> Response:
    event = json.dumps(app.current_event.raw_event)
    answer = json.load(functions.invoke(FunctionName=os.environ["TARGET"], Payload=event)["Payload"])
    headers = answer["headers"]
    return Response(answer["statusCode"], headers.pop("content-type"), answer["body"], headers)


middlewares = [check_key] if os.environ["CHECKS_KEYS"] == "true" else []
for number in range(int(os.environ["ROUTES"])):
    app.get(f"/v1/tenants/<tenant>/resources-{number}/<id>", middlewares=middlewares)(invoke_target)


def handler(event: dict, context: object) -> dict:
    return app.resolve(event, context)
