"""Plays AWS services for the local world (moto's server), with the queue of the example API: `make services`."""

import os
import time

import boto3
from moto.server import ThreadedMotoServer

HOST = "127.0.0.1"
PORT = int(os.environ.get("SERVICES_PORT", "5000"))
REGION = os.environ.get("AWS_REGION", "us-east-1")
QUEUE = "reminders"

server = ThreadedMotoServer(ip_address=HOST, port=PORT, verbose=False)
server.start()
keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
sqs = boto3.client("sqs", endpoint_url=f"http://{HOST}:{PORT}", region_name=REGION, **keys)
sqs.create_queue(QueueName=QUEUE)
print(f"SQS, SNS, EventBridge, Step Functions, Kinesis, S3 and STS  http://{HOST}:{PORT}")
print(f"A queue, {QUEUE}, in {REGION}\n\nCtrl-C ends everything, and nothing is kept.", flush=True)
try:
    while True:
        time.sleep(3600)
except KeyboardInterrupt:
    server.stop()
