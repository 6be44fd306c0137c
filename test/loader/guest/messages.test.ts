/** MessageChannel and its kin, measured against Node's. */

import { compareWithNode } from './differential.ts';

const collect = (act: string): string =>
  `(async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = (event) => seen.push(event.data); ${act} for (let at = 0; at < 20; at += 1) await (globalThis.process ? new Promise((resolve) => setTimeout(resolve, 1)) : null); port1.close(); return seen; })()`;

compareWithNode(
  'messages',
  [
    `new MessagePort()`,
    `((channel) => [channel.port1 === channel.port1, channel.port1 instanceof EventTarget, channel.port1.onmessage])(new MessageChannel())`,
    collect(`port1.postMessage(1); port1.postMessage({ a: [2] });`),
    collect(`port1.postMessage(new Map([[1, 2]])); port1.close();`),
    collect(`const bytes = new Uint8Array([1, 2]); port1.postMessage(bytes, [bytes.buffer]); seen.push(bytes.length);`),
    `new MessageChannel().port1.postMessage(() => {})`,
    `new MessageChannel().port1.postMessage()`,
    `((channel) => channel.port1.postMessage(1, [channel.port1]))(new MessageChannel())`,
    `((channel) => structuredClone(channel.port1))(new MessageChannel())`,
    `(({ data, origin, lastEventId, source, ports, type }) => [data, origin, lastEventId, source, ports, type])(new MessageEvent('x', { data: 1, origin: 'o', lastEventId: 'l' }))`,
    `new MessageEvent('x').data`,
    `new MessageEvent()`,
    `new MessageEvent('x', { ports: [1] })`,
  ],
  {
    // Node has no tags on some of its classes, and the time of its messages is its own.
    [`['MessageChannel', 'MessageEvent', 'MessagePort'].flatMap((name) => [globalThis[name].name, globalThis[name].prototype[Symbol.toStringTag]])`]:
      ['MessageChannel', 'MessageChannel', 'MessageEvent', 'MessageEvent', 'MessagePort', 'MessagePort'],
    [`(async () => { const a = new MessageChannel(); const b = new MessageChannel(); a.port2.onmessage = (event) => { globalThis.got = event.ports[0]; got.onmessage = ({ data }) => { globalThis.said = [data, got === event.data]; }; }; a.port1.postMessage(b.port1, [b.port1]); b.port2.postMessage('hi'); for (let at = 0; at < 20; at += 1) await null; return said; })()`]:
      ['hi', true],
    [`(() => { const { port1 } = new MessageChannel(); structuredClone(0, { transfer: [port1] }); return structuredClone(0, { transfer: [port1] }); })()`]:
      'throws DataCloneError',
    [`(() => { const { port1 } = new MessageChannel(); try { structuredClone([port1, Symbol()], { transfer: [port1] }); } catch {} return structuredClone(port1, { transfer: [port1] }) instanceof MessagePort; })()`]: true,
    [`(async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.addEventListener('message', (event) => seen.push(event.isTrusted)); port1.postMessage(1); await null; await null; seen.push('start'); port2.start(); await null; await null; return seen; })()`]:
      ['start', true],
  },
);
