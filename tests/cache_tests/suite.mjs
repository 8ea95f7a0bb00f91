// http-cache-tests as it is installed: its tests, its origin server, its command line, its recorded results.

import { readFile } from 'node:fs/promises';

import { run, serve } from './child.mjs';
import { SUITE } from './folders.mjs';

export class Suite {
  static async load() {
    const { version } = await json('package.json');
    const groups = (await load('tests/index.mjs')).default;
    groups.push((await load('tests/surrogate-control.mjs')).default);
    const { determineTestResult } = await load('lib/display.mjs');
    return new Suite(version, groups, determineTestResult);
  }

  constructor(version, groups, determineTestResult) {
    this.version = version;
    this.groups = groups;
    this.determineTestResult = determineTestResult;
  }

  // All tests but those that only a browser's cache can take: { id, name, kind }.
  tests() {
    const tests = this.groups.flatMap(group => group.tests).filter(test => !test.browser_only);
    return tests.map(({ id, name, kind }) => ({ id, name, kind: kind ?? 'required' }));
  }

  // The suite's own symbol for how a test ended, among them ✅ and, for a behaviour, Y.
  symbol(id, results) {
    return this.determineTestResult(this.groups, id, results, false)[2];
  }

  // What the suite's authors measured at reverse proxies: { name, results }.
  async recordedResults() {
    const proxies = (await load('results/index.mjs')).default.filter(({ type }) => type === 'rev-proxy');
    return Promise.all(proxies.map(async ({ name, version, file }) => (
      { name: `${name} ${version}`, results: await json(`results/${file}`) })));
  }

  // The server that the tests ask through the cache. What it writes goes on to `output`.
  async startOrigin(output) {
    const server = await serve('node', ['server/server.mjs'], {
      ...options({ protocol: 'http', port: 0, pidfile: '/dev/null' }),
      patterns: [/^Listening on .*:(\d+)\/$/m],
      output,
    });
    return { url: `http://127.0.0.1:${server.groups[0]}`, stop: server.stop };
  }

  // Sends all tests to `url`. Of each id: true, or [kind of error, message].
  async run(url) {
    return JSON.parse(await run('node', ['--no-warnings', 'cli.mjs'], options({ base: url, id: '' })));
  }

  // Sends one test to `url` and prints its requests and answers; the origin prints those that reach it.
  async showOne(id, url) {
    if (!this.tests().some(test => test.id === id)) {
      throw new Error(`http-cache-tests ${this.version} has no test ${id}`);
    }
    await run('node', ['--no-warnings', 'cli.mjs'], { ...options({ base: url, id }), stdio: 'inherit' });
  }
}

// The suite takes its settings as npm hands those of a package to its scripts.
function options(settings) {
  const named = Object.entries(settings).map(([name, value]) => [`npm_package_config_${name}`, `${value}`]);
  return { cwd: SUITE, env: { ...process.env, ...Object.fromEntries(named) } };
}

function load(path) {
  return import(SUITE + path);
}

async function json(path) {
  return JSON.parse(await readFile(SUITE + path, 'utf8'));
}
