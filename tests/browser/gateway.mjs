// The gateway under test: stages that let in the pages' origin with and without credentials, any origin, and `null`.

import { setTimeout } from 'node:timers/promises';

import { startLocalWorld } from '../cache_tests/local_world.mjs';
import { startEvents } from './events.mjs';

const mock = (body, words = {}) => ({ integration: { type: 'MOCK', body, ...words } });

const stages = (origin, issuer) => [
  {
    stage: 'app',
    cors: {
      allowOrigins: [origin],
      allowMethods: ['GET', 'PUT'],
      allowHeaders: ['authorization', 'x-trace'],
      exposeHeaders: ['x-shown'],
      allowCredentials: true,
    },
    issuer,
  },
  { stage: 'any', cors: { allowOrigins: ['*'] }, issuer },
  { stage: 'sandboxed', cors: { allowOrigins: ['null'] }, issuer },
  { stage: 'closed', issuer },
];

function items({ stage, cors, issuer }, events) {
  const users = { type: 'JWT', jwtConfiguration: { issuer, audience: ['orders'] } };
  const routes = {
    $api: { authorizers: { users }, allowPrivateIntegrations: ['127.0.0.1/32'], ...(cors && { corsConfiguration: cors }) },
    'GET /hello': mock({ hello: 'world' }, { headers: { 'x-shown': 'yes', 'x-hidden': 'no' } }),
    'PUT /hello': mock({ put: true }),
    'DELETE /hello': mock({ deleted: true }),
    'GET /me': { ...mock({ you: '${context.authorizer.principalId}' }), authorizerId: 'users' },
    'GET /echo': { integration: { type: 'AWS_PROXY', uri: 'echo' } },
    'GET /events': { integration: { type: 'HTTP_PROXY', uri: `${events}/events` } },
    'GET /go': { integration: { type: 'HTTP_PROXY', uri: `${events}/go` } },
  };
  return Object.entries(routes).map(([routeKey, words]) => ({ stage, routeKey, ...words }));
}

// Starts everything; `origin` is that of the pages.
export async function startGateway(origin) {
  const world = await startLocalWorld('browser-tests-gateway');
  const events = await startEvents();
  for (const stage of stages(origin, world.issuer)) {
    await world.putStage({ stage: stage.stage });
    await Promise.all(items(stage, events.url).map(world.putRoute));
    await world.deploy(stage.stage);
    await untilLive(`${world.url}/${stage.stage}/hello`);
  }
  const stop = async () => {
    events.stop();
    await world.stop();
  };
  return { url: world.url, token: await token(world.issuer), stop };
}

async function token(issuer) {
  const response = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams({ sub: 'ada' }) });
  return (await response.json()).access_token;
}

async function untilLive(url) {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await fetch(url)).ok) {
      return;
    }
    await setTimeout(100);
  }
  throw new Error(`${url} is not served`);
}
