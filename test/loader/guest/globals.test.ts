/** The global object: what is there, as the platform has it, and what is not. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const classes = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'Crypto',
  'CustomEvent',
  'DOMException',
  'Event',
  'EventTarget',
  'File',
  'FormData',
  'Headers',
  'Performance',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
];
const functions = ['atob', 'btoa', 'clearInterval', 'clearTimeout', 'fetch', 'queueMicrotask', 'structuredClone'];

compareWithNode(
  'the shape of the globals',
  [
    ...classes.map((name) => `[typeof ${name}, ${name}.name, ${name}.length, ${name}.prototype[Symbol.toStringTag]]`),
    ...classes.map(
      (name) =>
        `(({ writable, enumerable, configurable }) => [writable, enumerable, configurable])(Object.getOwnPropertyDescriptor(globalThis, '${name}'))`,
    ),
    ...functions.map((name) => `[typeof ${name}, ${name}.name]`),
    `console[Symbol.toStringTag]`,
    ...['Blob', 'File', 'FormData', 'Response'].map((name) => `Object.keys(${name}.prototype).sort()`),
    `(() => { const { log } = console; return typeof log; })()`,
  ],
  {
    // Node leaves two of them out.
    'Object.keys(AbortSignal.prototype).sort()': ['aborted', 'onabort', 'reason', 'throwIfAborted'],
  },
);

describe('the global object', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  it('has self and navigator', async () => {
    assert.deepEqual(await realm.run(`[self === globalThis, navigator.userAgent, Object.prototype.toString.call(navigator)]`), [
      true,
      'nbox',
      '[object Navigator]',
    ]);
  });

  it('has nothing that plugins do not need', async () => {
    for (const name of [
      'SharedArrayBuffer',
      'Atomics',
      'WeakRef',
      'FinalizationRegistry',
      'scriptArgs',
      'print',
      'std',
      'os',
      'bjson',
      'gc',
      'host',
      'process',
      'require',
      'Buffer',
      'window',
    ]) {
      assert.equal(await realm.run(`typeof globalThis[${JSON.stringify(name)}]`), 'undefined', name);
    }
  });

  const samples = ['() => {}', 'async () => {}', 'function* () {}', 'async function* () {}', 'class {}', 'Math.max', 'Headers'];

  it('makes no code from strings', async () => {
    for (const sample of samples) {
      for (const way of [
        `new (${sample}).constructor('return 1')`,
        `(${sample}).constructor('return 1')`,
        `Reflect.construct((${sample}).constructor, ['1'])`,
        `Object.getPrototypeOf(${sample}).constructor('1')`,
        `(${sample}).constructor.constructor('1')`,
      ]) {
        assert.equal(await realm.run(way), 'throws EvalError', way);
      }
    }
    assert.equal(await realm.run(`Function('return 1')()`), 'throws EvalError');
    assert.equal(await realm.run(`new (class extends Function {})('1')`), 'throws EvalError');
    for (const way of [`eval('1')`, `(0, eval)('1')`, `globalThis.eval('1')`]) assert.equal(await realm.run(way), 'throws EvalError', way);
    assert.deepEqual(await realm.run(`[eval(7), eval.name, eval.length, 'prototype' in eval]`), [7, 'eval', 1, false]);
    for (const way of ['Function()', 'eval("")']) {
      assert.match(
        String(await realm.run(`(() => { try { ${way}; } catch (error) { return error.message; } })()`)),
        /^code from strings is off in plugins: .*"dynamicCode": true in the manifest/,
      );
    }
  });

  it('still has Function for instanceof and its prototype', async () => {
    for (const sample of samples) assert.equal(await realm.run(`(${sample}) instanceof Function`), true, sample);
    assert.deepEqual(
      await realm.run(
        `[Function.name, Function.prototype === Object.getPrototypeOf(() => {}), (() => {}).constructor === Function, typeof Function.prototype.call]`,
      ),
      ['Function', true, true, 'function'],
    );
    assert.equal(await realm.run(`Function.prototype.call.call(function () { return this.x; }, { x: 1 })`), 1);
  });
});
