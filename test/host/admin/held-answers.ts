/** Holds what the API answers against what its operations say of it. */

import assert from 'node:assert/strict';
import { errorCatalogue } from '../../../guards/errors.ts';
import { find } from '../../../host/admin/route.ts';
import { problem } from '../../../host/api/answers/problem.ts';
import type { Operation } from '../../../host/api/operation.ts';
import { operations } from '../../../host/api/operations.ts';
import { anyOther } from '../../../host/api/refusals.ts';
import type { Answer } from './admin-host.ts';

const table = operations.map((operation) => ({ ...operation, handle: () => {} }));

/** @throws AssertionError where the answer is none of those that the operation says */
export function holdAnswer(method: string, path: string, answer: Answer): void {
  const at = `${method} ${path} → ${answer.status} ${answer.text.slice(0, 500)}`;
  const operation = operationOf(method, path);
  if (/^application\/problem\+json/.test(answer.headers['content-type'] ?? '')) {
    if (answer.json !== undefined) holdProblem(operation, answer, at);
    return;
  }
  if (operation === undefined) return;
  const said = operation.answers[answer.status];
  assert.ok(said, `${operation.operation} does not say this status: ${at}`);
  const type = (answer.headers['content-type'] ?? '').split(';')[0] as string;
  if (said.etag !== undefined) assert.match(answer.headers['etag'] ?? '', /^"\d+"$/, at);
  if (answer.status === 204 || answer.status === 304) assert.equal(answer.text, '', at);
  else if (type === 'application/json') {
    // What no schema describes is dropped as the answer is read, and so is missed.
    if (answer.json !== undefined) assert.deepEqual(said.json?.parse(answer.json), answer.json, at);
  } else assert.ok(said.others?.[type], `${operation.operation} does not say ${type}: ${at}`);
}

function holdProblem(operation: Operation | undefined, { json, status }: Answer, at: string): void {
  problem.parse(json);
  assert.equal(errorCatalogue[json.code as keyof typeof errorCatalogue]?.status, status, at);
  if (operation === undefined || anyOther.codes.includes(json.code)) return;
  const refusal = operation.errors.find(({ codes }) => codes.includes(json.code));
  assert.ok(refusal, `${operation.operation} does not say ${json.code}: ${at}`);
  const told = refusal.body ?? problem;
  assert.deepEqual(told.parse(json), json, at);
}

function operationOf(method: string, path: string): Operation | undefined {
  let found: ReturnType<typeof find>;
  try {
    found = find(table, method, path.split('?')[0] as string);
  } catch {
    return undefined;
  }
  return found !== undefined && 'route' in found ? found.route : undefined;
}
