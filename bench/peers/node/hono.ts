// Hono behind a function URL.

import { Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { createMiddleware } from 'hono/factory';
import { checksKeys, invokeTarget, paths, refusal } from './services.js';

const app = new Hono<{ Bindings: { event: LambdaEvent } }>();

const checkKey = createMiddleware(async (context, next) => {
  const refused = await refusal(context.req.header('x-api-key') ?? '');
  if (refused) return context.json({ message: refused.message }, refused.status);
  await next();
});

if (checksKeys) app.use(checkKey);
for (const path of paths) {
  app.get(path, (context) => invokeTarget(context.env.event));
}

export const handler = handle(app);
