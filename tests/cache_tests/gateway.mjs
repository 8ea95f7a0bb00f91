// The gateway under test: `tollgate local` with one route, written as an operator writes it.

import { createWriteStream } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { run, serve } from './child.mjs';
import { REPOSITORY, inTarget } from './folders.mjs';

const TOLLGATE = `${REPOSITORY}target/debug/tollgate`;

// Nothing of a shell that works with another DynamoDB. The suite's requests come to many instances at once, and
// what one forgets, another one's memory has for REFRESH_SECONDS: so all answers come from the table.
const ENVIRONMENT = { PATH: process.env.PATH, REFRESH_SECONDS: '0' };

// The local DynamoDB wants one, and does not check it.
const CREDENTIAL = 'local/20260101/us-east-1/dynamodb/aws4_request';
const SIGNATURE = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=0`;

const STAGE = 'cache-tests';

const stage = { stage: STAGE, basePath: '/' };

const api = { stage: STAGE, routeKey: '$api', allowPrivateIntegrations: ['127.0.0.0/8'] };

// `ANY` has no M-SEARCH, which the suite sends; `$default` takes every method.
const route = origin => ({
  stage: STAGE,
  routeKey: '$default',
  cachingEnabled: true,
  cacheMode: 'HTTP',
  integration: {
    type: 'HTTP_PROXY',
    uri: origin,
    requestParameters: { 'overwrite:path': '$request.path' },
  },
});

// Starts everything on free ports; `url` passes every request on to `origin`.
export async function startGateway(origin) {
  const server = await serve(TOLLGATE, ['local', '--api-port=0', '--dynamodb-port=0', '--invoke-port=0'], {
    env: ENVIRONMENT,
    patterns: [/^API +(\S+)\/$/m, /^DynamoDB +(\S+)$/m, /^(Ctrl-C) ends/m],
    output: createWriteStream(inTarget('cache-tests-gateway.log')),
  });
  const [url, dynamodb] = server.groups;
  await put(dynamodb, 'tollgate-stages', stage);
  await put(dynamodb, 'tollgate-routes', api);
  await put(dynamodb, 'tollgate-routes', route(origin));
  const env = { ...ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB: dynamodb };
  await run(TOLLGATE, ['deploy', STAGE, '--local'], { env });
  await untilLive(`${url}/package.json`);
  return { url, stop: server.stop };
}

// Asks for a file of the origin until the gateway, which looks for news once a second, serves the route.
async function untilLive(url) {
  for (let tries = 0; tries < 300; tries += 1) {
    const { ok } = await fetch(url);
    if (ok) {
      return;
    }
    await setTimeout(100);
  }
  throw new Error(`${url} is not served`);
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
