// The key check, the count and the invoke that the functions of Node.js share: plain calls of the AWS SDK.

import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const dynamodb = new DynamoDBClient({});
const functions = new LambdaClient({});
const { API_KEYS_TABLE, COUNTERS_TABLE, QUOTA, TARGET } = process.env as Record<string, string>;

export const checksKeys = process.env.CHECKS_KEYS === 'true';

/** The number of routes, and the paths of all of them. */
export const paths = [...Array(Number(process.env.ROUTES)).keys()].map(
  (number) => `/v1/tenants/:tenant/resources-${number}/:id` as const,
);

/** Returns the status and the words of a refusal, or nothing where the request may go on. */
export async function refusal(key: string): Promise<{ status: 403 | 429; message: string } | undefined> {
  const keyHash = createHash('sha256').update(key).digest('hex');
  const { Item: item } = await dynamodb.send(
    new GetItemCommand({ TableName: API_KEYS_TABLE, Key: { keyHash: { S: keyHash } } }),
  );
  if (!item) return { status: 403, message: 'Forbidden' };
  try {
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: COUNTERS_TABLE,
        Key: { counter: { S: `peer ${item.id.S}` } },
        UpdateExpression: 'ADD used :one',
        ConditionExpression: 'attribute_not_exists(used) OR used < :limit',
        ExpressionAttributeValues: { ':one': { N: '1' }, ':limit': { N: QUOTA } },
      }),
    );
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { status: 429, message: 'Limit Exceeded' };
    throw error;
  }
}

/** Sends the event on to the target, and makes a response of its answer. */
export async function invokeTarget(event: unknown): Promise<Response> {
  const { Payload: payload } = await functions.send(
    new InvokeCommand({ FunctionName: TARGET, Payload: JSON.stringify(event) }),
  );
  const { statusCode, headers, body } = JSON.parse(new TextDecoder().decode(payload));
  return new Response(body, { status: statusCode, headers });
}
