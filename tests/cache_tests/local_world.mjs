// The local world as other programs start it: `tollgate dev` with the example API on free ports, with items written as an operator writes them.

import { createWriteStream } from 'node:fs';

import { run, serve } from './child.mjs';
import { REPOSITORY, inTarget } from './folders.mjs';

const TOLLGATE = `${REPOSITORY}target/debug/tollgate`;

const PORTS = ['api', 'dynamodb', 'invoke', 'issuer'].map(name => `--${name}-port=0`);

// The local DynamoDB wants one, and does not check it.
const CREDENTIAL = 'local/20260101/us-east-1/dynamodb/aws4_request';
const SIGNATURE = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=0`;

// Starts everything, with nothing of a shell that works with another DynamoDB. Its log is `target/NAME.log`.
export async function startLocalWorld(name, variables = {}) {
  const env = { PATH: process.env.PATH, ...variables };
  const server = await serve(TOLLGATE, ['dev', `${REPOSITORY}examples/tollgate.yaml`, ...PORTS], {
    env,
    patterns: [/^API +(\S+)\/$/m, /^DynamoDB +(\S+)$/m, /^Issuer +(\S+)$/m, /^(Ctrl-C) ends/m],
    output: createWriteStream(inTarget(`${name}.log`)),
  });
  const [url, dynamodb, issuer] = server.groups;
  return {
    url,
    issuer,
    stop: server.stop,
    putStage: item => put(dynamodb, 'tollgate-stages', item),
    putRoute: item => put(dynamodb, 'tollgate-routes', item),
    deploy: stage => run(TOLLGATE, ['deploy', stage, '--local'], {
      env: { ...env, AWS_ENDPOINT_URL_DYNAMODB: dynamodb },
    }),
  };
}

async function put(dynamodb, table, item) {
  const response = await fetch(dynamodb, {
    method: 'POST',
    headers: {
      authorization: SIGNATURE,
      'x-amz-date': '20260101T000000Z',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
    },
    body: JSON.stringify({ TableName: table, Item: attribute(item).M }),
  });
  if (!response.ok) {
    throw new Error(`${table}: ${await response.text()}`);
  }
}

// Plain JSON → DynamoDB's.
function attribute(value) {
  if (Array.isArray(value)) {
    return { L: value.map(attribute) };
  }
  switch (typeof value) {
    case 'boolean': return { BOOL: value };
    case 'string': return { S: value };
    default: return {
      M: Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, attribute(inner)])),
    };
  }
}
