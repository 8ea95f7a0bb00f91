// Powertools for AWS Lambda (TypeScript) behind a function URL.

import { Router } from '@aws-lambda-powertools/event-handler/http';
import { checksKeys, invokeTarget, paths, refusal } from './services.js';

const app = new Router();

for (const path of paths) {
  const middleware = checksKeys ? [checkKey] : [];
  app.get(path, middleware, ({ event }) => invokeTarget(event));
}

async function checkKey({ reqCtx, next }: { reqCtx: { req: Request }; next: () => Promise<unknown> }) {
  const refused = await refusal(reqCtx.req.headers.get('x-api-key') ?? '');
  if (refused) return Response.json({ message: refused.message }, { status: refused.status });
  await next();
}

export const handler = (event: unknown, context: never) => app.resolve(event, context);
