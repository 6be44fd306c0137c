/** A request from the form to what is sent. */

import assert from 'node:assert/strict';
import { firstRequest, requestOf } from '../../../../../host/dashboard/app/views/editor/request-draft.ts';

describe('requestOf(draft)', () => {
  const of = (part: Partial<typeof firstRequest>) => requestOf({ ...firstRequest, ...part });

  it('has a path that begins with a slash, in ASCII', () => {
    assert.deepEqual(of({ path: ' a b?c=é ' }), { method: 'GET', path: '/a%20b?c=%C3%A9', headers: [] });
    assert.deepEqual(of({ path: '' }), { method: 'GET', path: '/', headers: [] });
  });

  it('reads a header a line', () => {
    assert.deepEqual(of({ headers: 'X-One: 1\n\n  accept:text/html ' }), {
      ...{ method: 'GET', path: '/' },
      headers: [
        ['X-One', '1'],
        ['accept', 'text/html'],
      ],
    });
    assert.match(of({ headers: 'a: b\nno header' }) as string, /^Line 2 /);
  });

  it('says of a body what it is, unless its author has, and sends none with GET', () => {
    assert.deepEqual(of({ method: 'POST', body: '{"a":1}' }), {
      ...{ method: 'POST', path: '/', body: '{"a":1}' },
      headers: [['content-type', 'application/json']],
    });
    assert.deepEqual(of({ method: 'PUT', body: 'x', headers: 'Content-Type: text/csv' }), {
      ...{ method: 'PUT', path: '/', body: 'x' },
      headers: [['Content-Type', 'text/csv']],
    });
    assert.deepEqual(of({ body: 'x' }), { method: 'GET', path: '/', headers: [] });
  });
});
