// Programs that this one starts, and that end with it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set();
process.on('exit', () => running.forEach(child => child.kill()));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(1));
}

// Runs a program to its end and resolves with what it wrote to stdout.
export async function run(program, args, options = {}) {
  const child = start(program, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', text => { output += text; });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${output}`);
  }
  return output;
}

// Starts a server, and resolves with its `stop` and the first groups of all `patterns` once what it says has
// matched them. All that it writes goes on to `output`.
export async function serve(program, args, { patterns, output, ...options }) {
  const child = start(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const ended = once(child, 'exit');
  let said = '';
  const groups = await new Promise((resolve, reject) => {
    const hear = text => {
      output.write(text);
      said += text;
      const matches = patterns.map(pattern => said.match(pattern));
      if (matches.every(match => match)) {
        resolve(matches.map(match => match[1]));
      }
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    ended.then(([code]) => reject(new Error(`${program} ended with ${code}\n${said}`)), reject);
  });
  return {
    groups,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

function start(program, args, options) {
  const child = spawn(program, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}
