// The gateway under test: `tollgate dev` with one route more, written as an operator writes it.

import { setTimeout } from 'node:timers/promises';

import { startLocalWorld } from './local_world.mjs';

// The suite's requests come to many instances at once, and what one forgets, another one's memory has for
// REFRESH_SECONDS: so all answers come from the table.
const VARIABLES = { REFRESH_SECONDS: '0' };

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
  const world = await startLocalWorld('cache-tests-gateway', VARIABLES);
  await world.putStage(stage);
  await world.putRoute(api);
  await world.putRoute(route(origin));
  await world.deploy(STAGE);
  await untilLive(`${world.url}/package.json`);
  return { url: world.url, stop: world.stop };
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
