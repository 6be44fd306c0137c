/** What happens in a host, as events: what is told once, what is followed, and what is no news. */

import assert from 'node:assert/strict';
import type { BreakerState } from '../../../guards/breaker.ts';
import { NboxError } from '../../../guards/errors.ts';
import type { PublishRequest } from '../../../host/release/push.ts';
import { Registry } from '../../../host/release/registry.ts';
import { EventHub } from '../../../host/telemetry/event-hub.ts';
import { LiveEvents } from '../../../host/telemetry/live-events.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';

describe('live events', () => {
  let hub: EventHub;
  let live: LiveEvents;
  let told: string[];
  let state: BreakerState;

  beforeEach(() => {
    hub = new EventHub({ elapsed: () => 0, life: 'life' });
    state = 'closed';
    live = new LiveEvents({ hub, now: () => 7, breaker: () => ({ state }), overview: () => ({ fine: true }) });
    told = [];
    const write = (text: string) => {
      for (const [, type, data] of text.matchAll(/event: (.*)\ndata: (.*)\n/g)) told.push(`${type} ${data}`);
    };
    hub.read({ write, waitingBytes: 0, end: () => {}, cut: () => {} }, { tokenId: 'mine', types: undefined, lastId: undefined });
  });

  afterEach(() => live.close());

  const take = () => told.splice(0).filter((one) => !one.startsWith('overview'));
  const release = () => {
    const manifest = parseManifest({}, ['index.ts']);
    const plugin = parsePluginId('a/b/c');
    return new Registry(() => {}).admit({ plugin, number: 3, hash: '', manifest, createdAt: 0 }, ['fetch']);
  };

  it('are not cut off for what was written a moment ago: a reader takes it until the next second', () => {
    let now = 0;
    const slow = new EventHub({ elapsed: () => now, life: 'life' });
    const events = new LiveEvents({ hub: slow, now: () => now, breaker: () => ({ state }), overview: () => ({ fine: true }) });
    let [waitingBytes, cuts] = [0, 0];
    const sink = {
      // As a response has it: until the turn is over, what was written waits.
      write: (text: string) => {
        waitingBytes += text.length;
      },
      get waitingBytes() {
        return waitingBytes;
      },
      end: () => {},
      cut: () => {
        cuts += 1;
      },
    };
    slow.read(sink, { tokenId: 'mine', types: undefined, lastId: undefined });
    for (let second = 0; second < 120; second += 1) {
      waitingBytes = 0;
      now += 1_000;
      events.tick();
    }
    assert.equal(cuts, 0);
    events.close();
  });

  it('are none before the host is open: what it restores is no news', () => {
    live.removed('a/b/c');
    live.lost('standard', 1, 'died');
    assert.deepEqual(take(), []);
    live.open();
    live.lost('standard', 2, 'watchdog');
    assert.deepEqual(take(), ['executor_lost {"at":7,"lane":"standard","executor":2,"cause":"watchdog"}']);
  });

  it('tell of many trips once, and of the breaker until it is closed again', () => {
    live.open();
    const one = release();
    for (let i = 0; i < 1_000; i += 1) live.tripped(one);
    state = 'slowed';
    live.tick();
    assert.deepEqual(take(), [
      'trip {"at":7,"plugin":"a/b/c","release":3,"trips":1000}',
      'breaker {"at":7,"plugin":"a/b/c","release":3,"state":"slowed","before":"closed"}',
    ]);
    live.tick();
    assert.deepEqual(take(), []);
    state = 'quarantined';
    live.tick();
    state = 'closed';
    live.tick();
    state = 'slowed';
    live.tick();
    assert.deepEqual(
      take().map((text) => JSON.parse(text.slice('breaker '.length)).state),
      ['quarantined', 'closed'],
    );
  });

  it('tell that nothing is held any more against a release that is replaced', () => {
    live.open();
    const one = release();
    live.tripped(one);
    state = 'refused';
    live.tick();
    take();
    one.retire();
    live.tick();
    assert.deepEqual(take(), ['breaker {"at":7,"plugin":"a/b/c","release":3,"state":"closed","before":"refused"}']);
  });

  it('tell of each plugin of a push that fails, by its code, and let the failure through', async () => {
    live.open();
    const requests = ['a/b/c', 'a/b/d'].map((plugin) => ({ plugin }) as unknown as PublishRequest);
    const failure = new NboxError('type_errors', 'no');
    await assert.rejects(
      live.around(requests, () => Promise.reject(failure)),
      failure,
    );
    assert.deepEqual(take(), [
      'push {"at":7,"plugin":"a/b/c","code":"type_errors"}',
      'push {"at":7,"plugin":"a/b/d","code":"type_errors"}',
    ]);
  });

  it('tell of budgets that are nearly used up, and used up', () => {
    live.open();
    const event = { scope: 'shop', metric: 'calls', window: '1h', mode: 'soft', limit: 10, used: 8, at: 3 } as const;
    live.budget({ ...event, kind: 'warned' });
    assert.deepEqual(take(), [
      'budget {"at":7,"kind":"warned","scope":"shop","metric":"calls","window":"1h","mode":"soft","limit":10,"used":8}',
    ]);
  });

  it('show how things are at each tick', () => {
    live.tick();
    assert.deepEqual(told, ['overview {"fine":true}']);
  });
});
