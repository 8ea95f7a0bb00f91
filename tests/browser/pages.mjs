// The pages, at an origin of their own. A page's script is an async function of `values`; what it returns is the
// page's result.

import { once } from 'node:events';
import { createServer } from 'node:http';

const TIMEOUT_MS = 20_000;

export async function startPages() {
  const pages = [];
  const server = createServer((request, response) => answer(pages, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    origin: `http://127.0.0.1:${port}`,
    add({ script, isSandboxed, values }) {
      const number = pages.length;
      const html = isSandboxed ? sandboxed(number, script, values) : plain(number, script, values);
      const result = new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`page ${number} says nothing`)), TIMEOUT_MS);
        const done = result => {
          clearTimeout(timer);
          resolve(result);
        };
        pages.push({ html, done });
      });
      return { url: host => `http://${host}:${port}/${number}`, result };
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(pages, request, response) {
  const [, number, isResult] = request.url.match(/^\/(\d+)(\/result)?$/) ?? [];
  const page = pages[number];
  if (!page) {
    response.writeHead(404).end();
    return;
  }
  if (!isResult) {
    // Hosts have cookies, whatever the port.
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'session=s1' }).end(page.html);
    return;
  }
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part;
  }
  response.writeHead(204).end();
  page.done(JSON.parse(body));
}

const call = (script, values) => `(${script})(${JSON.stringify(values)}).catch(error => error.name)`;

const plain = (number, script, values) => html(`
  ${call(script, values)}.then(result =>
    fetch('/${number}/result', { method: 'POST', body: JSON.stringify(result) }));`);

// In a frame whose origin is `null`; it cannot call its own server, so the page around it does.
const sandboxed = (number, script, values) => html(`
  addEventListener('message', ({ data }) =>
    fetch('/${number}/result', { method: 'POST', body: JSON.stringify(data) }));
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts';
  frame.srcdoc = ${JSON.stringify(html(`${call(script, values)}.then(result => parent.postMessage(result, '*'));`)).replaceAll('</', '<\\/')};
  document.body.append(frame);`);

function html(script) {
  return `<!doctype html><meta charset="utf-8"><title>case</title><body><script>${script}</script></body>`;
}
