/** Bodies in real sandboxes, whose parts are loaded when they are needed: the stand-in for a stream, forms, and what never loads. */

import assert from 'node:assert/strict';
import { callOf, sandboxOf } from '../../support/sandboxes.ts';

const head = 'POST\nhttp://localhost/\ncontent-type\n';

async function answer(code: string, body: string, type = 'text/plain'): Promise<string> {
  const { sandbox, notes } = await sandboxOf(code);
  using _ = sandbox;
  sandbox.start(callOf(1), head + type, Buffer.from(body));
  const told = notes.take().at(-1);
  assert.ok(told?.kind === 'reply', JSON.stringify(told));
  return told.body;
}

const handler = (body: string): string => `export default async (request) => { ${body} }`;

describe('a body that is only handed on', () => {
  // Neither of these names what streams have, so no stream is made, and the reply is sent whole.
  const passing: Record<string, string> = {
    'to a Response': `return new Response(request.body)`,
    'to a Response, which another takes over': `const r = new Response(request.body); return new Response(r.body, r);`,
    'to a Request': `const q = new Request('http://a', { method: 'POST', body: request.body }); return new Response(await q.text());`,
    'and looked at': `const { body } = request; return new Response(body && body === request.body && !body.locked && !request.bodyUsed && String(body) === '[object ReadableStream]' ? body : 'wrong');`,
    'by a clone': `return new Response(request.clone().body);`,
  };
  for (const [how, code] of Object.entries(passing)) {
    it(how, async () => assert.equal(await answer(handler(code), 'grüße'), 'grüße'));
  }

  it('cannot be handed on when it was read', async () => {
    const code = `const { body } = request; await request.text(); let failed; try { new Response(body); } catch (error) { failed = error.name; } return [failed, body.locked, request.bodyUsed, body === request.body];`;
    assert.deepEqual(JSON.parse(await answer(handler(code), 'x')), ['TypeError', true, true, true]);
  });
});

describe('a body that turns out to be read as a stream', () => {
  const read: Record<string, string> = {
    'by iteration': `let n = 0; for await (const chunk of request.body) n += chunk.length; return [n, request.bodyUsed];`,
    'by a computed name': `const reader = request.body['get' + 'Reader'](); const { value } = await reader.read(); return [value.length, request.bodyUsed];`,
    'by a name that tells': `const reader = request.body.getReader(); const { value } = await reader.read(); return [value.length, request.bodyUsed];`,
    'and was taken before': `const { body } = request; const [a] = body.tee(); let n = 0; for await (const chunk of a) n += chunk.length; return [n, request.body === body && body.locked];`,
  };
  for (const [how, code] of Object.entries(read)) {
    it(how, async () => assert.deepEqual(JSON.parse(await answer(handler(code), 'grüße')), [7, true]));
  }

  it('is known for one when the class is found by a computed name', async () => {
    const code = `const S = globalThis['Readable' + 'Stream']; const s = new S({ start(c) { c.enqueue(new Uint8Array([104, 105])); c.close(); } }); return [await new Response(s).text(), request.body instanceof S];`;
    assert.deepEqual(JSON.parse(await answer(handler(code), 'x')), ['hi', true]);
  });
});

describe('forms in a sandbox', () => {
  const form =
    '--b\r\nContent-Disposition: form-data; name="a"; filename="f.bin"\r\nContent-Type: x/y\r\n\r\n\ufeffgr\0ü\r\n--b\r\nContent-Disposition: form-data; name="t"\r\n\r\nv\r\n--b--';

  it('are read and written', async () => {
    const code = handler(
      `const form = await request.formData(); const f = form.get('a'); form.append('more', new Blob([f], { type: 'p/q' })); const again = await new Response(form).formData(); return [f.name, f.type, f.size, [...again.keys()], again.get('more').type, (await again.get('more').bytes()).length, again.get('t')];`,
    );
    assert.deepEqual(JSON.parse(await answer(code, form, 'multipart/form-data; boundary=b')), [
      'f.bin',
      'x/y',
      8,
      ['a', 't', 'more'],
      'p/q',
      8,
      'v',
    ]);
  });

  it('are read by code that does not say so', async () => {
    const code = handler(`const form = await request['form' + 'Data'](); return [...form.keys()];`);
    assert.deepEqual(JSON.parse(await answer(code, form, 'multipart/form-data; boundary=b')), ['a', 't']);
    assert.deepEqual(JSON.parse(await answer(code, 'x=1&y=%20', 'application/x-www-form-urlencoded')), ['x', 'y']);
  });

  it('are sent whole as a reply', async () => {
    const reply = await answer(handler(`const f = new FormData(); f.set('a', 'b'); return new Response(f);`), '');
    assert.match(reply, /^(------nbox-form-[0-9a-f]{32})\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n\1--\r\n$/);
  });

  it('have a new boundary in each sandbox of one snapshot', async () => {
    const code = handler(`const r = new Response(new FormData()); return r.headers.get('content-type');`);
    assert.notEqual(await answer(code, ''), await answer(code, ''));
  });
});

describe('a Blob in a sandbox', () => {
  it('is sent as a reply', async () => {
    assert.equal(await answer(handler(`return new Response(new Blob(['a', await request.blob()]));`), 'grüße'), 'agrüße');
  });
});
