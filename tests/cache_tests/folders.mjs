// Where things are, as paths.

import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export const SUITE = `${REPOSITORY}.tools/cache-tests/node_modules/http-cache-tests/`;

export function inTarget(name) {
  return `${REPOSITORY}target/${name}`;
}
