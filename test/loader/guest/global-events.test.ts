/** The global object as a target of events, and the exceptions that are told there. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

compareWithNode('ErrorEvent', [
  `[ErrorEvent.name, Object.prototype.toString.call(new ErrorEvent('x'))]`,
  `(({ type, message, filename, lineno, colno, error, cancelable }) => [type, message, filename, lineno, colno, error, cancelable])(new ErrorEvent('error', { message: 'm', filename: 'f', lineno: 3, colno: 4, error: 5, cancelable: true }))`,
  `(({ message, filename, lineno, colno, error }) => [message, filename, lineno, colno, error])(new ErrorEvent('error'))`,
  `new ErrorEvent()`,
]);

describe('the global object’s events', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
    await realm.run(`globalThis.seen = []`);
  });
  afterEach(() => realm[Symbol.dispose]());
  const logged = () => realm.lines.splice(0).map(([, text]) => text.split('\n')[0]);

  it('reportError(error) logs what nobody listens for', async () => {
    await realm.run(`reportError(new TypeError('oh'))`);
    await realm.run(`reportError('text')`);
    assert.deepEqual(logged(), ['Uncaught TypeError: oh', `Uncaught 'text'`]);
    assert.equal(await realm.run(`reportError()`), 'throws TypeError');
  });

  it('tells an error event, which its listener may cancel', async () => {
    await realm.run(
      `addEventListener('error', (event) => { seen.push(event.type, event.message, event.error.message, event.target === globalThis, event.isTrusted, event.lineno > 0); event.preventDefault(); })`,
    );
    await realm.run(`reportError(new Error('oh'))`);
    assert.deepEqual(await realm.run(`seen.splice(0)`), ['error', 'Uncaught oh', 'oh', true, true, true]);
    await realm.run(`setTimeout(() => { throw new Error('in a timer'); })`);
    realm.advance(1);
    assert.equal(await realm.run(`seen[2]`), 'in a timer');
    assert.deepEqual(logged(), []);
  });

  it('calls onerror, whose true says that all is well', async () => {
    assert.equal(await realm.run(`globalThis.onerror`), null);
    await realm.run(`globalThis.onerror = (message, file, line, column, error) => { seen.push(message, error); return error === 1; }`);
    await realm.run(`reportError(1)`);
    await realm.run(`reportError(2)`);
    assert.deepEqual(await realm.run(`seen`), ['Uncaught exception', 1, 'Uncaught exception', 2]);
    assert.deepEqual(logged(), ['Uncaught 2']);
  });

  it('logs what a listener for errors throws, and goes on', async () => {
    await realm.run(`addEventListener('error', () => { throw new Error('again'); })`);
    await realm.run(`addEventListener('error', () => seen.push('next'))`);
    await realm.run(`reportError(new Error('first'))`);
    assert.deepEqual(logged(), ['Uncaught Error: again', 'Uncaught Error: first']);
    assert.deepEqual(await realm.run(`seen`), ['next']);
  });

  it('is a target for events of one’s own', async () => {
    await realm.run(`globalThis.listen = function () { seen.push(this === globalThis); }`);
    await realm.run(`addEventListener('x', listen)`);
    assert.equal(await realm.run(`dispatchEvent(new Event('x'))`), true);
    await realm.run(`removeEventListener('x', listen)`);
    await realm.run(`dispatchEvent(new Event('x'))`);
    assert.deepEqual(await realm.run(`seen`), [true]);
  });

  it('PromiseRejectionEvent(type, init) needs a promise', async () => {
    assert.deepEqual(
      await realm.run(
        `((promise) => { const event = new PromiseRejectionEvent('x', { promise, reason: 1 }); return [event.promise === promise, event.reason, PromiseRejectionEvent.length]; })(Promise.resolve())`,
      ),
      [true, 1, 2],
    );
    assert.equal(await realm.run(`new PromiseRejectionEvent('x', {})`), 'throws TypeError');
    assert.equal(await realm.run(`new PromiseRejectionEvent('x')`), 'throws TypeError');
  });
});
