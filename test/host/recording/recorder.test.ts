/** host/recording/recorder.ts */

import assert from 'node:assert/strict';
import { type Call, CallError, CallSignal, type Dispatch, nothingSpent, type Reply } from '../../../host/dispatch/dispatch.ts';
import type { Evidence } from '../../../host/dispatch/evidence.ts';
import { Recorder } from '../../../host/recording/recorder.ts';
import { LiveRelease } from '../../../host/release/release.ts';
import { type Manifest, parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';

const evidence: Evidence = { ops: [], tape: undefined, cut: false };

function callOf(name: string, manifest: object = {}, head = 'GET\nhttp://a/'): Call {
  const read: Manifest = parseManifest(manifest, ['index.ts']);
  const release = Object.freeze({
    plugin: pluginId('test', 'recorder', name),
    number: 1,
    hash: 'a'.repeat(64),
    manifest: read,
    createdAt: 1,
  });
  const live = new LiveRelease(release, ['fetch'], 1, () => {});
  return { live, interface: 'fetch', head, body: undefined, idempotent: true, admittedAt: 0, signal: new CallSignal() };
}

const reply = (more: Partial<Reply> = {}): Reply => ({
  head: '200\n',
  body: Buffer.alloc(0),
  spent: nothingSpent,
  rest: undefined,
  ...more,
});

describe('Recorder', () => {
  let now = 0;
  let removed = '';
  let recorder: Recorder;
  const noting: Dispatch = async (call) => reply(call.isNoted === true ? { evidence } : {});
  const failing: Dispatch = async () => {
    throw new CallError('plugin_error', 'no', nothingSpent, { stack: 'at plugin.js:1:2' }, evidence);
  };
  const open = (mostBytes?: number) =>
    new Recorder({
      elapsed: () => now,
      cpuMs: () => now,
      now: () => 1_000 + now,
      exists: (plugin) => plugin !== removed,
      ...(mostBytes === undefined ? {} : { mostBytes }),
    });
  beforeEach(() => {
    now = 1;
    removed = '';
    recorder = open();
  });

  it('keeps one call of a plugin a second that went well, the last ten', async () => {
    const call = callOf('one');
    for (let i = 0; i < 40; i += 1) {
      now += 500;
      await recorder.layer(noting)({ ...call, head: `GET\nhttp://a/${i}` });
    }
    const heads = recorder.samples('test/recorder/one').map(({ head }) => head);
    assert.equal(heads.length, 10);
    assert.deepEqual(heads.slice(0, 2), ['GET\nhttp://a/38', 'GET\nhttp://a/36']);
  });

  it('keeps as many as the manifest asks for, and none where it says so', async () => {
    for (const [name, requests] of [
      ['three', 3],
      ['none', 0],
    ] as const) {
      const call = callOf(name, { recording: { requests } });
      for (let i = 0; i < 5; i += 1) {
        now += 2_000;
        await recorder.layer(noting)(call);
      }
      assert.equal(recorder.samples(`test/recorder/${name}`).length, requests);
    }
  });

  it('keeps no stream, and nothing of which a part is missing', async () => {
    await recorder.layer(async () => reply({ evidence: { ...evidence, cut: true } }))(callOf('cut'));
    await recorder.layer(async () => reply({ evidence, stream: {} as never }))(callOf('stream'));
    assert.deepEqual([recorder.samples('test/recorder/cut'), recorder.samples('test/recorder/stream')], [[], []]);
  });

  it('keeps failures of the plugin, five a second, the last twenty, and lets them pass on', async () => {
    const call = callOf('fails');
    for (let second = 1; second <= 5; second += 1) {
      now = second * 1_000;
      for (let i = 0; i < 9; i += 1) await assert.rejects(recorder.layer(failing)(call), { code: 'plugin_error' });
    }
    const failures = recorder.failures('test/recorder/fails');
    assert.equal(failures.length, 20);
    assert.equal(new Set(failures.map(({ id }) => id)).size, 20);
    assert.deepEqual([failures[0]?.code, failures[0]?.detail, failures[0]?.place.guestStack], ['plugin_error', 'no', 'at plugin.js:1:2']);
    assert.equal(recorder.failure('test/recorder/fails', failures[0]?.id ?? ''), failures[0]);
  });

  it('keeps no failure of the caller, the operator or the host, and none where the manifest says so', async () => {
    for (const code of ['bad_request', 'overloaded', 'quarantined', 'request_too_large'] as const) {
      const failed: Dispatch = async () => {
        throw new CallError(code, 'no', nothingSpent, {}, evidence);
      };
      await assert.rejects(recorder.layer(failed)(callOf('other')));
    }
    await assert.rejects(recorder.layer(failing)(callOf('off', { recording: { failures: false } })));
    assert.deepEqual([recorder.failures('test/recorder/other'), recorder.failures('test/recorder/off')], [[], []]);
  });

  it('stays within its bytes: of the plugins called longest ago all goes', async () => {
    recorder = open(40_000);
    for (let i = 0; i < 20; i += 1) {
      now += 2_000;
      await recorder.layer(noting)(callOf(`p${i}`, {}, `GET\nhttp://a/${'x'.repeat(5_000)}`));
    }
    assert.ok(recorder.bytes <= 40_000 && recorder.bytes > 20_000, `${recorder.bytes}`);
    assert.deepEqual(recorder.samples('test/recorder/p0'), []);
    assert.equal(recorder.samples('test/recorder/p19').length, 1);
    for (let i = 0; i < 20; i += 1) recorder.forget(`test/recorder/p${i}`);
    assert.equal(recorder.bytes, 0);
  });

  it('keeps nothing of calls that end after their plugin was removed', async () => {
    removed = 'test/recorder/gone';
    recorder.forget(removed);
    await recorder.layer(noting)(callOf('gone'));
    await assert.rejects(recorder.layer(failing)(callOf('gone')));
    assert.deepEqual([recorder.samples(removed), recorder.failures(removed), recorder.bytes], [[], [], 0]);
  });

  it('works for 20 ms in a second for one plugin, and for 50 ms for all', async () => {
    /** What takes so long to be looked through. */
    const takes =
      (ms: number): Dispatch =>
      async () => {
        const slow: Evidence = {
          ...evidence,
          get tape() {
            now += ms;
            return undefined;
          },
        };
        throw new CallError('plugin_error', 'no', nothingSpent, {}, slow);
      };
    now = 1_000;
    const kept = async (name: string) => {
      await assert.rejects(recorder.layer(takes(15))(callOf(name)));
      return recorder.failures(`test/recorder/${name}`).length;
    };
    assert.deepEqual([await kept('a'), await kept('a'), await kept('a')], [1, 2, 2]);
    assert.deepEqual([await kept('b'), await kept('c'), await kept('d')], [1, 1, 0]);
    now = 2_000;
    assert.deepEqual([await kept('a'), await kept('d')], [3, 1]);
  });

  it('has time for failures, whatever the calls have taken that went well', async () => {
    const slow: Evidence = {
      ...evidence,
      get tape() {
        now += 100;
        return undefined;
      },
    };
    now = 3_000;
    await recorder.layer(async () => reply({ evidence: slow }))(callOf('both'));
    await assert.rejects(recorder.layer(failing)(callOf('both')));
    assert.deepEqual([recorder.samples('test/recorder/both').length, recorder.failures('test/recorder/both').length], [1, 1]);
  });

  it("hides by the plugin's own names, and by no other's", () => {
    const hidden = (name: string, redact?: string[]) =>
      recorder
        .redactorOf(callOf(name, redact === undefined ? {} : { recording: { redact } }).live.release)
        .into(new Set())
        .text('x=ab&y=cd&pin=12');
    assert.equal(hidden('a', ['x']), 'x=xx&y=cd&pin=00');
    assert.equal(hidden('b', ['y']), 'x=ab&y=xx&pin=00');
    assert.equal(hidden('c'), 'x=ab&y=cd&pin=00');
  });

  it('counts all that it keeps: what cryptography has drawn, and what the plugin has said', async () => {
    const tape = { times: [], random: '', drawn: [{ bytes: 'a'.repeat(50_000) }, 'b'.repeat(10_000)], turns: [], cut: false };
    const failed: Dispatch = async () => {
      throw new CallError('plugin_error', 'c'.repeat(10_000), nothingSpent, { stack: 'd'.repeat(10_000) }, { ...evidence, tape });
    };
    await assert.rejects(recorder.layer(failed)(callOf('heavy')));
    assert.ok(recorder.bytes > 80_000, `${recorder.bytes}`);
    recorder.forget('test/recorder/heavy');
    assert.equal(recorder.bytes, 0);
  });

  it('does not keep a call that is too large', async () => {
    await assert.rejects(recorder.layer(failing)(callOf('large', {}, 'x'.repeat(600_000))));
    assert.deepEqual([recorder.failures('test/recorder/large'), recorder.bytes], [[], 0]);
  });
});
