// A client of Lambda's Runtime API: asks for an event, posts what the handler returns, on one kept connection.
// AWS's own client (npm: aws-lambda-ric) wants a newer Node.js and builds curl from its source.
// Usage: node runtime.mjs BUNDLE, where the bundle exports `handler`.

import { createRequire } from 'node:module';
import http from 'node:http';

const { handler } = createRequire(import.meta.url)(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { agent, host, port, method, path: `/2018-06-01/runtime/invocation/${path}` };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

for (;;) {
  const { headers, body } = await call('GET', 'next');
  const id = headers['lambda-runtime-aws-request-id'];
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
  try {
    await call('POST', `${id}/response`, JSON.stringify(await handler(JSON.parse(body), context)));
  } catch (error) {
    console.error(error);
    const failure = { errorType: error.name, errorMessage: error.message };
    await call('POST', `${id}/error`, JSON.stringify(failure));
  }
}
