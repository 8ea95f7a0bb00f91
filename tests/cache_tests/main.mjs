// `make cache-tests`: the public HTTP cache tests (https://cache-tests.fyi) through a gateway whose one route
// has `cacheMode: "HTTP"`.
//
// main.mjs        runs all tests; exit code 1 if fewer pass than FLOOR says
// main.mjs ID     runs one test, and prints its requests and answers on both sides of the gateway

import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';

import { inTarget } from './folders.mjs';
import { startGateway } from './gateway.mjs';
import { report } from './report.mjs';
import { judge, scores } from './results.mjs';
import { Suite } from './suite.mjs';

// How many tests must pass. It only ever rises.
const FLOOR = { required: 154, optional: 82 };

async function main(id) {
  const suite = await Suite.load();
  const log = createWriteStream(inTarget('cache-tests-origin.log'));
  const origin = await suite.startOrigin(id ? process.stdout : log);
  const gateway = await startGateway(origin.url);
  try {
    if (id) {
      await suite.showOne(id, gateway.url);
      return;
    }
    const tests = judge(suite, await suite.run(gateway.url));
    const ours = scores(tests);
    await writeFile(inTarget('cache-tests.json'), JSON.stringify({ scores: ours, tests }, null, 2));
    const recorded = await suite.recordedResults();
    const theirs = recorded.map(({ name, results }) => [name, scores(judge(suite, results))]);
    console.log(report(`http-cache-tests ${suite.version}`, tests, ours, theirs));
    holdFloor(ours);
  } finally {
    await gateway.stop();
    await origin.stop();
  }
}

function holdFloor(scores) {
  for (const [kind, floor] of Object.entries(FLOOR)) {
    if (scores[kind].passed < floor) {
      console.error(`Only ${scores[kind].passed} ${kind} tests pass; ${floor} did before.`);
      process.exitCode = 1;
    }
  }
}

const id = process.argv[2];
main(id).catch(error => {
  console.error(id ? error.message : error);
  process.exitCode = 1;
});
