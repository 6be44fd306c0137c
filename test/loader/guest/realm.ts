/** A QuickJS realm with the guest's web platform in it, over a host made of Node's own classes. */

import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import releaseSync from '@jitl/quickjs-wasmfile-release-sync';
import { build } from 'esbuild';
import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSHandle, type QuickJSSyncVariant } from 'quickjs-emscripten-core';
import { parts } from '../../../loader/guest/parts.ts';
import { Codecs } from '../../../loader/sandbox/codecs.ts';
import { compute } from '../../../loader/sandbox/computed.ts';
import { formatQuery, parseQuery, parseUrl, setUrlPart } from '../../../loader/sandbox/guest-url.ts';

const allParts = Object.entries(parts)
  .map(([file, { globals }]) => [file, ...globals].join(' '))
  .join('\n');
const guest = fileURLToPath(new URL('../../../loader/guest/', import.meta.url));

/** What the tests reach of the prelude's inside, under `prelude` in the guest; every part is there at once. */
const entry = `
${Object.keys(parts)
  .map((file, i) => `import * as part${i} from './${file}';`)
  .join('\n')}
export const modules = { ${Object.keys(parts)
  .map((file, i) => `'${file}': part${i}`)
  .join(', ')} };
export { setHost } from './host.ts';
export { addParts, defineGlobals } from './globals.ts';
export { requestFromHost } from './request.ts';
export { isResponse, jsonResponse } from './response.ts';
import { sendResponse } from './response.ts';
/** What the host would be given. */
export const encodeResponse = (response) => {
  const sent = {};
  sendResponse(response, (to, head, body) => { to.head = head; to.body = body; }, sent);
  return sent;
};
export { forgetOps, hostOp, resume, tellHost } from './ops.ts';
export { fire } from './timers.ts';
export { utf8 } from './utf8.ts';
`;

const bundled = build({
  stdin: { contents: entry, resolveDir: guest, loader: 'ts' },
  bundle: true,
  write: false,
  format: 'iife',
  globalName: 'prelude',
  target: 'es2023',
  platform: 'neutral',
});

export interface Realm {
  /** The log's lines: level, then text. */
  readonly lines: [level: number, text: string][];
  /** The timers that are pending, by number. */
  readonly timers: Map<number, number>;
  /** What the guest has asked of its host, in order. Those with an id wait for an answer. */
  readonly ops: readonly {
    readonly id: number;
    readonly call: number;
    readonly op: string;
    readonly json: string;
    readonly bytes: number[] | undefined;
  }[];
  /** Answers one of them. */
  answer(id: number, ok: boolean, json: string, bytes?: Uint8Array): void;
  /** The value of an expression, or of a promise, as JSON tells it; a throw comes as `throws <name>: <message>`. */
  run(expression: string): Promise<unknown>;
  /** How often the engine has looked for interrupts, which it does every so many branches. */
  polls(): number;
  /** Moves the clock, and fires what has become due, in order. */
  advance(ms: number): void;
  [Symbol.dispose](): void;
}

/** Makes an expression's outcome plain: undefined, -0, symbols and errors survive JSON. Run in the guest and in Node alike. */
export const outcome = `(async (evaluate) => {
  const plain = (value, depth) => {
    if (value === undefined) return '<undefined>';
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return '<' + typeof value + '>';
    if (typeof value === 'number' && !Number.isFinite(value)) return '<' + value + '>';
    if (Object.is(value, -0)) return '<-0>';
    if (typeof value !== 'object' || value === null || depth > 6) return value;
    if (value instanceof Error || value instanceof DOMException) return '<' + value.name + '>';
    if (value instanceof ArrayBuffer) return { buffer: [...new Uint8Array(value)] };
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return { [Object.prototype.toString.call(value)]: [...value].map((item) => plain(item, depth + 1)) };
    if (Array.isArray(value)) return Array.from(value, (item) => plain(item, depth + 1));
    if (value instanceof Map) return { map: plain([...value], depth) };
    if (value instanceof Set) return { set: plain([...value], depth) };
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
  };
  try {
    return JSON.stringify({ value: plain(await evaluate(), 0) });
  } catch (error) {
    return JSON.stringify({ value: 'throws ' + (error === null || typeof error !== 'object' ? String(error) : error.name) });
  }
})`;

/** @param before code that runs before the platform's */
export async function openRealm(before = ''): Promise<Realm> {
  const [quickjs, script] = await Promise.all([newQuickJSWASMModuleFromVariant(releaseSync as unknown as QuickJSSyncVariant), bundled]);
  const context = quickjs.newContext();
  const lines: Realm['lines'] = [];
  const timers = new Map<number, number>();
  let now = 1_700_000_000_000;
  let lastTimer = 0;
  const ops: Realm['ops'][number][] = [];
  let lastOp = 0;
  const codecs = new Codecs();

  const evaluate = (code: string): QuickJSHandle => {
    const result = context.evalCode(code, 'test.js');
    if (result.error !== undefined) {
      const text = context.dump(result.error);
      result.error.dispose();
      throw new Error(typeof text === 'object' ? `${text.name}: ${text.message}\n${text.stack}` : String(text));
    }
    return result.value;
  };
  let polls = 0;
  context.runtime.setInterruptHandler(() => {
    polls += 1;
    return false;
  });
  evaluate(before).dispose();
  evaluate(script.outputFiles[0]?.text ?? '').dispose();
  install(context, {
    log: (level, text) => void lines.push([level as number, text as string]),
    setTimer: (delayMs) => {
      if (timers.size >= 1_000) throw new Error('Too many timers are pending');
      timers.set(++lastTimer, now + (delayMs as number));
      return lastTimer;
    },
    clearTimer: (id) => void timers.delete(id as number),
    now: () => now,
    randomNumber: () => Math.random(),
    random: (length) => toBuffer(randomBytes(length as number)),
    encodeUtf8: (text) => toBuffer(new TextEncoder().encode(text as string)),
    decodeUtf8: (bytes, offset, length, label, fatal, ignoreBOM) => {
      try {
        const decoder = new TextDecoder(label as string, { fatal: fatal as boolean, ignoreBOM: ignoreBOM as boolean });
        return decoder.decode(new Uint8Array(bytes as ArrayBuffer, offset as number, length as number));
      } catch {
        return undefined;
      }
    },
    parseUrl: (input, base) => parseUrl(input as string, base as string | undefined),
    setUrlPart: (href, part, value) => setUrlPart(href as string, part as string, value as string),
    parseQuery: (text) => parseQuery(text as string),
    formatQuery: (json) => formatQuery(json as string),
    encodeBase64: (bytes, offset, length) => Buffer.from(bytes as ArrayBuffer, offset as number, length as number).toString('base64'),
    decodeBase64: (text) => {
      try {
        return toBuffer(Buffer.from(atob(text as string), 'latin1'));
      } catch {
        return undefined;
      }
    },
    uuid: () => randomUUID(),
    compute: (service, key, args) => compute(service as string, key as string, args as string),
    begin: (call, op, json, bytes) => {
      if (lastOp >= 1_000) throw new Error('Too many operations are pending');
      ops.push({ id: ++lastOp, ...{ call: call as number, op: op as string, json: json as string }, bytes: bytesOf(bytes) });
      return lastOp;
    },
    runningCall: () => 1,
    send: (call, op, json, bytes) => {
      ops.push({ id: 0, ...{ call: call as number, op: op as string, json: json as string }, bytes: bytesOf(bytes) });
    },
    openCodec: (name) => {
      const id = codecs.open(1, name as string);
      if (typeof id === 'string') throw new Error(id);
      return id;
    },
    feedCodec: (id, bytes) => void codecs.feed(id as number, new Uint8Array(bytes as ArrayBuffer)),
    stepCodec: (id, atEnd) => {
      const step = codecs.step(id as number, atEnd as boolean);
      return typeof step === 'number' ? step : toBuffer(step);
    },
    closeCodec: (id) => codecs.close(id as number),
  });
  evaluate(
    `prelude.setHost({ ...host, load: (file) => prelude.modules[file] }); delete globalThis.host; prelude.defineGlobals(); prelude.addParts(${JSON.stringify(allParts)})`,
  ).dispose();

  const drain = (): void => {
    const jobs = context.runtime.executePendingJobs();
    if (jobs.error !== undefined) {
      const text = context.dump(jobs.error);
      jobs.error.dispose();
      throw new Error(`a job failed: ${JSON.stringify(text)}`);
    }
  };

  return {
    lines,
    timers,
    ops,
    answer(id, ok, json, bytes) {
      using text = context.newString(json);
      using buffer = bytes === undefined ? context.undefined.dup() : context.newArrayBuffer(toBuffer(bytes));
      using resume = evaluate('prelude.resume');
      using number = context.newNumber(id);
      context
        .unwrapResult(context.callFunction(resume, context.undefined, number, ok ? context.true : context.false, text, buffer))
        .dispose();
      drain();
    },
    async run(expression) {
      using promise = evaluate(`${outcome}(async () => (${expression}))`);
      drain();
      const state = context.getPromiseState(promise);
      if (state.type === 'pending') return '<pending>';
      if (state.type === 'rejected') {
        using error = state.error;
        throw new Error(JSON.stringify(context.dump(error)));
      }
      using value = state.value;
      return (JSON.parse(context.getString(value)) as { value: unknown }).value;
    },
    polls: () => polls,
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(([, at]) => at <= end).sort((a, b) => a[1] - b[1] || a[0] - b[0])[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1]);
        evaluate(`prelude.fire(${due[0]})`).dispose();
        drain();
      }
      now = end;
    },
    [Symbol.dispose]: () => {
      codecs.clear();
      context.dispose();
    },
  };
}

const bytesOf = (value: Value): number[] | undefined => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : undefined);

const toBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

// biome-ignore lint/suspicious/noConfusingVoidType: a host function may return nothing
type Value = string | number | boolean | ArrayBuffer | undefined | void;

/** Puts host functions into the guest; strings cross as C strings, as they will. */
function install(context: QuickJSContext, functions: Record<string, (...args: Value[]) => Value>): void {
  using host = context.newObject();
  for (const [name, act] of Object.entries(functions)) {
    using handle = context.newFunction(name, (...args) => {
      const value = act(...args.map((arg) => fromGuest(context, arg)));
      if (typeof value === 'string') return context.newString(value);
      if (typeof value === 'number') return context.newNumber(value);
      return value instanceof ArrayBuffer ? context.newArrayBuffer(value) : context.undefined;
    });
    context.setProp(host, name, handle);
  }
  context.setProp(context.global, 'host', host);
}

function fromGuest(context: QuickJSContext, handle: QuickJSHandle): Value {
  switch (context.typeof(handle)) {
    case 'string':
      return context.getString(handle);
    case 'number':
      return context.getNumber(handle);
    case 'boolean':
      return context.dump(handle) as boolean;
    case 'object': {
      const lifetime = context.getArrayBuffer(handle);
      const copy = toBuffer(lifetime.value);
      lifetime.dispose();
      return copy;
    }
    default:
      return undefined;
  }
}

/** The same expression's outcome in Node, whose web platform is the measure. */
export async function runInNode(expression: string): Promise<unknown> {
  const text = (await runInThisContext(`${outcome}(async () => (${expression}))`)) as string;
  return (JSON.parse(text) as { value: unknown }).value;
}
