// `make browser-tests`: what only a browser enforces. Headless Chromium loads a page for each case, whose script calls
// the local world from another origin and says what it could see.
//
// main.mjs        runs all cases; exit code 1 if one differs
// main.mjs NAME   runs one

import { isDeepStrictEqual } from 'node:util';

import { startBrowser } from './browser.mjs';
import { cases } from './cases.mjs';
import { startGateway } from './gateway.mjs';
import { startPages } from './pages.mjs';

async function main(name) {
  const chosen = cases.filter(one => !name || one.name === name);
  if (chosen.length === 0) {
    throw new Error(`got ${name}, expected one of: ${cases.map(one => one.name).join(', ')}`);
  }
  const running = [];
  try {
    const pages = await started(running, startPages());
    const gateway = await started(running, startGateway(pages.origin));
    const browser = await started(running, startBrowser());
    for (const one of chosen) {
      await run(one, { pages, gateway, browser });
    }
  } finally {
    for (const part of running.reverse()) {
      await part.stop();
    }
  }
}

async function started(running, starting) {
  const part = await starting;
  running.push(part);
  return part;
}

async function run({ name, host = '127.0.0.1', script, isSandboxed = false, expected }, { pages, gateway, browser }) {
  const page = pages.add({ script, isSandboxed, values: { api: gateway.url, token: gateway.token } });
  await browser.open(page.url(host));
  const seen = await page.result;
  if (isDeepStrictEqual(seen, expected)) {
    console.log(`ok   ${name}`);
    return;
  }
  console.log(`FAIL ${name}\n  got      ${JSON.stringify(seen)}\n  expected ${JSON.stringify(expected)}`);
  process.exitCode = 1;
}

main(process.argv[2]).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
