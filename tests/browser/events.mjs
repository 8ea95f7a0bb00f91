// A target that sends server-sent events: the first at once, the second when `/go` is asked for.

import { createServer } from 'node:http';

export async function startEvents() {
  let goOn = () => {};
  const server = createServer((request, response) => {
    if (request.url === '/go') {
      goOn();
      response.end('on');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n');
    goOn = () => response.end('data: two\n\n');
  });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
