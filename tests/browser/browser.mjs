// Headless Chromium, one tab a page, through its DevTools endpoint (https://chromedevtools.github.io/devtools-protocol/).

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serve } from '../cache_tests/child.mjs';
import { inTarget } from '../cache_tests/folders.mjs';

const PROGRAM = process.env.CHROMIUM ?? 'chromium';

// Its sandbox needs what containers do not have; the pages are our own.
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0'];

export async function startBrowser() {
  const profile = await mkdtemp(join(tmpdir(), 'tollgate-browser-'));
  const server = await serve(PROGRAM, [...ARGUMENTS, `--user-data-dir=${profile}`, 'about:blank'], {
    patterns: [/DevTools listening on ws:\/\/([^/]+)\//],
    output: createWriteStream(inTarget('browser-tests-chromium.log')),
  });
  const [devtools] = server.groups;
  return {
    async open(url) {
      const response = await fetch(`http://${devtools}/json/new?${encodeURIComponent(url)}`, { method: 'PUT' });
      if (!response.ok) {
        throw new Error(`Chromium opens no tab: ${response.status} ${await response.text()}`);
      }
    },
    async stop() {
      await server.stop();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
