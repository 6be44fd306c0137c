/** A call as it was, in a form that can be kept: what it was given, what it read of the world, and how it ended. */

import { z } from 'zod';
import type { ErrorCode } from '../../guards/errors.ts';
import { errorCatalogue } from '../../guards/errors.ts';
import type { Interface } from '../../loader/interface.ts';
import type { Call } from '../dispatch/dispatch.ts';
import type { Evidence } from '../dispatch/evidence.ts';
import type { Redactor } from './redactor.ts';

/** What a file or a request may have of each. */
const most = { text: 1_048_576, ops: 1_000, entries: 20_000 };

const text = z.string().max(most.text);
const bytes = z
  .base64()
  .max(2 * most.text)
  .nullable();
const whole = z.int().min(-1).max(Number.MAX_SAFE_INTEGER);

const tapeSchema = z.strictObject({
  times: z
    .array(whole)
    .max(2 * most.entries)
    .readonly(),
  random: z.base64().max(most.text),
  drawn: z
    .array(z.union([text, z.strictObject({ bytes: z.base64().max(most.text) })]))
    .max(most.entries)
    .readonly(),
  turns: z.array(whole).max(most.entries).readonly(),
  cut: z.boolean(),
});

/** JSON, or nothing. */
const json = text.refine((given) => given === '' || isJson(given), 'must be JSON');

const opSchema = z.strictObject({
  name: z.string().max(100),
  json,
  bytes,
  answer: z.strictObject({ ok: z.boolean(), json, bytes }).nullable(),
});

/** Its form. Bytes are in base64. */
export const recordingSchema = z.strictObject({
  interface: z.string().min(1).max(300),
  /** As it crossed to the guest: `method\nurl\nname\nvalue…`, or an event's JSON. */
  head: text,
  body: bytes,
  /** Whether the guest read the body as it came. */
  streams: z.boolean(),
  /** Of a batch: how many. */
  messages: z.int().min(0).max(10_000),
  /** When it was admitted, in ms since the epoch. */
  at: whole,
  /** `ok`, or what it failed by. */
  outcome: z.enum(['ok', ...(Object.keys(errorCatalogue) as ErrorCode[])]),
  ops: z.array(opSchema).max(most.ops),
  tape: tapeSchema.nullable(),
  /** Whether there was more than is kept: run again, it may then go otherwise. */
  cut: z.boolean(),
  /** What was made unreadable in it. */
  redacted: z.array(z.string().max(200)).max(200),
});

export type Recording = Readonly<z.infer<typeof recordingSchema>>;
export type RecordedOp = Recording['ops'][number];

/** What is kept of a call that is over, with what must not be read by others made unreadable. */
export function recordingOf(call: Call, evidence: Evidence, outcome: Recording['outcome'], at: number, redactor: Redactor): Recording {
  const redacted = new Set<string>();
  const hide = redactor.into(redacted);
  const isHttp = call.interface.startsWith('fetch');
  return Object.freeze({
    ...{ interface: call.interface, at, outcome, streams: call.upload !== undefined, messages: call.messages ?? 0 },
    head: isHttp ? hide.head(call.head) : hide.text(call.head),
    body: based(hide.bytes(call.body)),
    ops: evidence.ops.map(({ name, json, bytes, answer }) => ({
      ...{ name, json: hide.op(name, json), bytes: based(hide.bytes(bytes)) },
      answer: answer === undefined ? null : { ok: answer.ok, json: hide.answer(answer.json), bytes: based(hide.bytes(answer.bytes)) },
    })),
    tape: evidence.tape ?? null,
    cut: evidence.cut,
    redacted: [...redacted].slice(0, 200),
  });
}

/** The interface that it called. */
export function interfaceOf(recording: Recording): Interface {
  return recording.interface as Interface;
}

/** What tells calls apart for people: `GET /path?query`, or the interface. */
export function titleOf({ interface: name, head }: Recording): string {
  if (!name.startsWith('fetch')) return name;
  const [method = '', url = ''] = head.split('\n', 2);
  const parsed = URL.parse(url);
  return `${method} ${parsed === null ? url : parsed.pathname + parsed.search}`.slice(0, 300);
}

/** What it takes of memory, more or less. */
export function weightOf({ head, body, ops, tape }: Recording): number {
  let bytes = 500 + head.length + (body?.length ?? 0) + (tape === null ? 0 : weightOfTape(tape));
  for (const op of ops)
    bytes += 200 + op.json.length + (op.bytes?.length ?? 0) + (op.answer?.json.length ?? 0) + (op.answer?.bytes?.length ?? 0);
  return bytes;
}

function weightOfTape({ random, times, turns, drawn }: NonNullable<Recording['tape']>): number {
  let bytes = random.length + 8 * (times.length + turns.length);
  for (const one of drawn) bytes += 50 + (typeof one === 'string' ? one.length : one.bytes.length);
  return bytes;
}

const based = (given: Uint8Array | undefined): string | null => (given === undefined ? null : Buffer.from(given).toString('base64'));

function isJson(given: string): boolean {
  try {
    JSON.parse(given);
    return true;
  } catch {
    return false;
  }
}
