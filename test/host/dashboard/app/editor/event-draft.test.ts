/** Events from the form to what is sent. */

import assert from 'node:assert/strict';
import { eventForm, eventKinds, invocationOf, isEvent } from '../../../../../host/dashboard/app/views/editor/event-draft.ts';
import { firstRequest } from '../../../../../host/dashboard/app/views/editor/request-draft.ts';

describe('invocationOf(draft)', () => {
  const of = (method: string, path: string, body = '') => invocationOf({ ...firstRequest, method, path, body });

  it('is a time of a schedule', () => {
    assert.deepEqual(of('schedule', '*/5 * * * *'), { interface: 'scheduled', cron: '*/5 * * * *' });
    assert.deepEqual(of('schedule', '/'), { interface: 'scheduled', cron: '' });
  });

  it('is a batch of messages', () => {
    assert.deepEqual(of('queue', '/orders', '[{"id":1},2]'), {
      ...{ interface: 'queue', queue: 'orders' },
      messages: [{ body: { id: 1 } }, { body: 2 }],
    });
    for (const [path, body] of [
      ['/', '[1]'],
      ['orders', '[]'],
      ['orders', '{}'],
      ['orders', 'nope'],
    ] as const)
      assert.equal(typeof of('queue', path, body), 'string', `${path} ${body}`);
  });

  it('is a method with its arguments', () => {
    assert.deepEqual(of('method', 'Prices.total', '[1, 2]'), { interface: 'rpc', entrypoint: 'Prices', method: 'total', args: [1, 2] });
    assert.deepEqual(of('method', '/total'), { interface: 'rpc', entrypoint: 'default', method: 'total', args: [] });
    assert.equal(typeof of('method', 'a.b.c', '[]'), 'string');
  });

  it('has a form of each kind, and no method of HTTP is one', () => {
    assert.deepEqual(Object.keys(eventForm), [...eventKinds]);
    assert.deepEqual(['schedule', 'GET'].map(isEvent), [true, false]);
  });
});
