// Runs a Lambda handler in Node.js: asks the Runtime API for events and answers them as Lambda's own runtime does.
//
// Handlers: `async (event, context)`, `(event, context, callback)`, and those of `awslambda.streamifyResponse`; in modules
// of both kinds. `_HANDLER` is `folder/file.export`, from the folder that it is started in.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { basename, dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const [HOST, PORT] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const API = '/2018-06-01/runtime';
const ENDINGS = ['.js', '.mjs', '.cjs', ''];
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const AGENT = new http.Agent({ keepAlive: true, maxSockets: 1 });

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

// --- The Runtime API

function open(method, path, headers = {}) {
  const request = http.request({ host: HOST, port: PORT, path: API + path, method, headers, agent: AGENT });
  const response = new Promise((done, failed) => {
    request.on('error', failed);
    request.on('response', response => {
      const chunks = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => done({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
  });
  return { request, response };
}

function call(method, path, body, headers) {
  const { request, response } = open(method, path, headers);
  request.end(body);
  return response;
}

function post(path, value) {
  return call('POST', path, value, { 'content-type': 'application/json' });
}

function postError(path, error) {
  const described = describe(error);
  console.error(error instanceof Error ? error.stack : described.errorMessage);
  const headers = { 'content-type': 'application/json', 'lambda-runtime-function-error-type': described.errorType };
  return call('POST', path, JSON.stringify(described), headers);
}

// As Lambda reports it.
function describe(error) {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

// --- The handler

function moduleOf(path) {
  const file = ENDINGS.map(ending => resolve(path + ending)).find(file => existsSync(file));
  if (!file) {
    throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${path}'`);
  }
  const { href } = pathToFileURL(file);
  return import(href).catch(error => {
    throw located(error, href);
  });
}

// The stack of an ES module's syntax error does not say where it is. A Node.js that dies of it does.
function located(error, href) {
  if (error instanceof SyntaxError && error.stack?.startsWith('SyntaxError')) {
    const program = `await import(${JSON.stringify(href)})`;
    const options = { encoding: 'utf8', timeout: 5_000 };
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
    const [place] = (stderr ?? '').split('\n\n');
    if (place.startsWith('file:')) {
      error.stack = `${place}\n\n${error.stack}`;
    }
  }
  return error;
}

async function loadHandler(name) {
  const [, file, exported] = /^([^.]+)\.(.+)$/.exec(basename(name)) ?? [];
  if (!file) {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler ${name}`);
  }
  const module = await moduleOf(join(dirname(name), file));
  const within = root => exported.split('.').reduce((value, part) => value?.[part], root);
  const handler = within(module) ?? within(module.default);
  if (handler === undefined) {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

// --- Streamed responses

class ResponseStream extends Writable {
  #contentType = 'application/octet-stream';
  #call;

  constructor(requestId) {
    super();
    this.requestId = requestId;
  }

  get hasBegun() {
    return this.#call !== undefined;
  }

  get response() {
    return this.#call?.response;
  }

  setContentType(contentType) {
    this.#contentType = contentType;
  }

  #begun() {
    if (!this.#call) {
      this.#call = open('POST', `/invocation/${this.requestId}/response`, {
        'content-type': this.#contentType,
        'lambda-runtime-function-response-mode': 'streaming',
        'transfer-encoding': 'chunked',
        trailer: 'lambda-runtime-function-error-type, lambda-runtime-function-error-body',
      });
      this.onBegin?.(chunk => this.#call.request.write(chunk));
    }
    return this.#call.request;
  }

  _write(chunk, encoding, done) {
    this.#begun().write(chunk, encoding, done);
  }

  _final(done) {
    this.#begun().end(done);
  }

  // In the middle of a stream an error is told in its trailers.
  fail(error) {
    const described = describe(error);
    const body = Buffer.from(JSON.stringify(described)).toString('base64');
    this.#call.request.addTrailers({
      'lambda-runtime-function-error-type': described.errorType,
      'lambda-runtime-function-error-body': body,
    });
    this.#call.request.end();
  }
}

globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[STREAMING] = true;
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.onBegin = write => {
        write(JSON.stringify(prelude));
        write(Buffer.alloc(8));
      };
      return stream;
    },
  },
};

async function stream(handler, event, context, requestId) {
  const out = new ResponseStream(requestId);
  const finished = new Promise((done, failed) => out.on('finish', done).on('error', failed));
  try {
    await handler(event, out, context);
    if (!out.writableEnded) {
      out.end();
    }
    await finished;
  } catch (error) {
    if (!out.hasBegun) {
      throw error;
    }
    console.error(error);
    out.fail(error);
  }
  await out.response;
}

// --- Event after event

// What a handler with a callback answers when nothing is left to wait for.
let answerAtTheEnd = () => {};
process.on('beforeExit', () => answerAtTheEnd());

function answerOf(handler, event, context) {
  return new Promise((done, failed) => {
    answerAtTheEnd = () => done(undefined);
    const callback = (error, value) => (error === undefined || error === null ? done(value) : failed(error));
    Object.assign(context, { done: callback, succeed: done, fail: failed });
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') {
      returned.then(done, failed);
    }
  });
}

function contextOf(headers) {
  const { env } = process;
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
  };
}

async function serve(handler) {
  for (;;) {
    const { headers, body } = await call('GET', '/invocation/next');
    const context = contextOf(headers);
    current = context.awsRequestId;
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? '';
    try {
      const event = JSON.parse(body);
      if (handler[STREAMING]) {
        await stream(handler, event, context, current);
      } else {
        const value = await answerOf(handler, event, context);
        await post(`/invocation/${current}/response`, JSON.stringify(value) ?? 'null');
      }
    } catch (error) {
      await postError(`/invocation/${current}/error`, error);
    }
    current = undefined;
  }
}

// The event that the handler works on.
let current;

async function die(error, code) {
  await postError(current ? `/invocation/${current}/error` : '/init/error', error).catch(() => {});
  process.exit(code);
}

process.on('uncaughtException', error => die(error, 129));
process.on('unhandledRejection', reason => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason));
  error.stack = reason?.stack ?? error.stack;
  die(error, 128);
});

loadHandler(process.env._HANDLER).then(serve, error => {
  const known = error instanceof RuntimeError || error instanceof SyntaxError;
  if (error instanceof SyntaxError) {
    error.name = 'Runtime.UserCodeSyntaxError';
  } else if (!known && error?.code === 'ERR_MODULE_NOT_FOUND') {
    error.name = 'Runtime.ImportModuleError';
  }
  return die(error, 1);
});
