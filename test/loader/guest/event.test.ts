/** Event, CustomEvent and EventTarget, measured against Node's; and DOMException. */

import assert from 'node:assert/strict';
import { compareWithNode } from './differential.ts';
import { openRealm } from './realm.ts';

const heard = (steps: string): string => `(() => { const seen = []; const target = new EventTarget(); ${steps}; return seen; })()`;

compareWithNode(
  'Event',
  [
    `(() => { const e = new Event('x'); return [e.type, e.bubbles, e.cancelable, e.composed, e.target, e.currentTarget, e.srcElement, e.eventPhase, e.defaultPrevented, e.returnValue, e.cancelBubble, e.isTrusted, typeof e.timeStamp, e.composedPath()]; })()`,
    `(() => { const e = new Event('x', { bubbles: 1, cancelable: true, composed: true }); e.preventDefault(); return [e.bubbles, e.cancelable, e.composed, e.defaultPrevented, e.returnValue]; })()`,
    `(() => { const e = new Event('x'); e.preventDefault(); return e.defaultPrevented; })()`,
    `new Event()`,
    `new Event('x', 1)`,
    `new Event(null).type`,
    `[Event.NONE, Event.CAPTURING_PHASE, Event.AT_TARGET, Event.BUBBLING_PHASE]`,
    `(() => { const e = new CustomEvent('x', { detail: { a: 1 } }); return [e.detail, e instanceof Event, new CustomEvent('x').detail]; })()`,
    `Object.prototype.toString.call(new CustomEvent('x'))`,
    `Event('x')`,
  ],
  {
    // Node has the constants on the constructor only.
    'Event.prototype.AT_TARGET': 2,
  },
);

compareWithNode(
  'EventTarget',
  [
    heard(
      `target.addEventListener('x', function (event) { seen.push(event.type, this === target, event.target === target, event.currentTarget === target, event.eventPhase, event.composedPath().length); }); seen.push(target.dispatchEvent(new Event('x')))`,
    ),
    heard(
      `target.addEventListener('x', { handleEvent(event) { seen.push(event.type, typeof this.handleEvent); } }); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `const f = () => seen.push(1); target.addEventListener('x', f); target.addEventListener('x', f); target.addEventListener('x', f, true); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `const f = () => seen.push(1); target.addEventListener('x', f); target.removeEventListener('x', f); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `target.addEventListener('x', () => seen.push(1), { once: true }); target.dispatchEvent(new Event('x')); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `target.addEventListener('x', (e) => { seen.push(1); e.stopImmediatePropagation(); }); target.addEventListener('x', () => seen.push(2)); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `target.addEventListener('x', (e) => { seen.push(1); e.stopPropagation(); }); target.addEventListener('x', () => seen.push(2)); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `const g = () => seen.push(2); target.addEventListener('x', () => { seen.push(1); target.removeEventListener('x', g); }); target.addEventListener('x', g); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `target.addEventListener('x', () => { seen.push(1); target.addEventListener('x', () => seen.push(2)); }); target.dispatchEvent(new Event('x'))`,
    ),
    heard(
      `target.addEventListener('x', (e) => e.preventDefault()); seen.push(target.dispatchEvent(new Event('x', { cancelable: true })), target.dispatchEvent(new Event('x')))`,
    ),
    heard(
      `target.addEventListener('x', (e) => { e.preventDefault(); seen.push(e.defaultPrevented); }, { passive: true }); target.dispatchEvent(new Event('x', { cancelable: true }))`,
    ),
    heard(
      `const c = new AbortController(); target.addEventListener('x', () => seen.push(1), { signal: c.signal }); target.dispatchEvent(new Event('x')); c.abort(); target.dispatchEvent(new Event('x'))`,
    ),
    heard(`target.addEventListener('x', () => seen.push(1), { signal: AbortSignal.abort() }); target.dispatchEvent(new Event('x'))`),
    heard(`target.addEventListener('x', () => seen.push(1), { signal: 1 })`),
    heard(`target.addEventListener('x', null); target.addEventListener('x', undefined); target.dispatchEvent(new Event('x'))`),
    heard(`target.addEventListener('x', 1)`),
    heard(`target.addEventListener('x')`),
    heard(`target.dispatchEvent({})`),
    heard(`target.dispatchEvent()`),
    heard(
      `const e = new Event('x'); target.addEventListener('x', () => seen.push(1)); target.dispatchEvent(e); target.dispatchEvent(e); seen.push(e.target === target, e.currentTarget)`,
    ),
    `(() => { class Mine extends EventTarget {} const m = new Mine(); let n = 0; m.addEventListener('x', () => n++); m.dispatchEvent(new Event('x')); return n; })()`,
    `EventTarget.prototype.addEventListener.call({}, 'x', () => {})`,
  ],
  {
    // Node throws an error of its own.
    [heard(
      `const e = new Event('x'); target.addEventListener('x', () => { try { target.dispatchEvent(e); } catch (error) { seen.push(error.name); } }); target.dispatchEvent(e)`,
    )]: ['InvalidStateError'],
  },
);

compareWithNode('DOMException', [
  `(() => { const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, e instanceof Error, String(e), typeof e.stack, Object.prototype.toString.call(e)]; })()`,
  `(() => { const e = new DOMException(); return [e.name, e.message, e.code]; })()`,
  `(() => { const e = new DOMException('m', { name: 'DataCloneError', cause: 1 }); return [e.name, e.code, e.cause]; })()`,
  `new DOMException('m', 'toString').code`,
  `[DOMException.ABORT_ERR, DOMException.prototype.DATA_CLONE_ERR]`,
]);

describe('what a listener throws', () => {
  it('is logged, and ends nothing but the listener', async () => {
    using realm = await openRealm();
    assert.deepEqual(
      await realm.run(
        heard(
          `target.addEventListener('x', () => { throw new RangeError('boom'); }); target.addEventListener('x', () => seen.push(2)); target.dispatchEvent(new Event('x'))`,
        ),
      ),
      [2],
    );
    assert.equal(realm.lines.length, 1);
    assert.equal(realm.lines[0]?.[0], 3);
    assert.match(realm.lines[0]?.[1] ?? '', /^Uncaught RangeError: boom/);
  });
});

compareWithNode('isTrusted', [], {
  // An attribute that cannot be forged: of each event’s own.
  [`((one, other) => [one.get === other.get, one.set, one.enumerable, one.configurable])(...[new Event('x'), new CustomEvent('x')].map((event) => Object.getOwnPropertyDescriptor(event, 'isTrusted')))`]:
    [true, '<undefined>', true, false],
  [`'isTrusted' in Event.prototype`]: false,
  [`(() => { const controller = new AbortController(); let event; controller.signal.onabort = (given) => { event = given; }; controller.abort(); const before = event.isTrusted; new EventTarget().dispatchEvent(event); return [before, event.isTrusted]; })()`]:
    [true, false],
});
