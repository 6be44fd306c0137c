/** The small parts of the page's logic: words for numbers, finding, windows of rows, keys, diffs, shares, what is remembered. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hostNow, noteHostTime } from '../../../../host/dashboard/app/api/host-time.ts';
import { ApiError, adviceOf, problemOf, unreachable } from '../../../../host/dashboard/app/api/problem.ts';
import { diffLines, sizeOf } from '../../../../host/dashboard/app/data/diff.ts';
import { ago, bytes, cores, count, micros, percent, plural, rate, seconds, whole } from '../../../../host/dashboard/app/data/format.ts';
import { best, score } from '../../../../host/dashboard/app/data/fuzzy.ts';
import { Live } from '../../../../host/dashboard/app/data/live.ts';
import { recordedText } from '../../../../host/dashboard/app/data/recorded.ts';
import { type Known, Resource } from '../../../../host/dashboard/app/data/resource.ts';
import { Ring } from '../../../../host/dashboard/app/data/ring.ts';
import { nearestStop, sharesFor, stops } from '../../../../host/dashboard/app/data/shares.ts';
import { sparkPath } from '../../../../host/dashboard/app/data/spark-path.ts';
import { scrollFor, windowed } from '../../../../host/dashboard/app/data/window.ts';
import { timeTicks } from '../../../../host/dashboard/app/parts/time-ticks.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('format', () => {
  const cases: readonly (readonly [string, string])[] = [
    [count(0), '0'],
    [count(0.004), '0.004'],
    [count(7), '7'],
    [count(1_234), '1.23 k'],
    [count(999_600), '1 M'],
    [count(12_345_678), '12.3 M'],
    [whole(12_345_678), '12 345 678'],
    [bytes(0), '0 B'],
    [bytes(1_536), '1.5 KiB'],
    [bytes(64 * 1_048_576), '64 MiB'],
    [micros(0), '0 µs'],
    [micros(930), '930 µs'],
    [micros(1_500), '1.5 ms'],
    [micros(2_500_000), '2.5 s'],
    [seconds(90), '90 s'],
    [seconds(600), '10 min'],
    [seconds(9_000), '2.5 h'],
    [percent(0.0425), '4.25 %'],
    [percent(0.000_01), '<0.01 %'],
    [rate(2_000), '2 k/s'],
    [cores(0.02), '20 mcores'],
    [cores(1.5), '1.5 cores'],
    [plural(1, 'call'), '1 call'],
    [plural(2, 'call'), '2 calls'],
    [ago(0, 3_000), 'now'],
    [ago(0, 42_000), '42 s ago'],
    [ago(0, 7_300_000), '2 h ago'],
    [ago(5_000, 0), 'now'],
  ];
  for (const [said, text] of cases) it(text, () => assert.equal(plain(said), text));

  it('says numbers in few characters, whatever they are', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e14, noNaN: true }), (value) => assert.ok(plain(count(value)).length <= 8, count(value))),
    );
  });
});

describe('ticks of time', () => {
  it('say the time, the seconds where these differ, and the day where it changes', () => {
    const at = (text: string) => new Date(text).getTime() / 1_000;
    assert.deepEqual(timeTicks([at('2026-11-29T10:00:00'), at('2026-11-29T10:10:00')], 600), ['10:00', '10:10']);
    assert.deepEqual(timeTicks([at('2026-11-29T10:00:10')], 10), ['10:00:10']);
    assert.deepEqual(timeTicks([at('2026-11-29T22:00:00'), at('2026-11-30T00:00:00'), at('2026-11-30T02:00:00')], 7_200), [
      '22:00',
      '30 Nov',
      '02:00',
    ]);
    assert.deepEqual(timeTicks([at('2026-11-29T00:00:00')], 86_400), ['29 Nov']);
  });
});

describe('finding by few letters', () => {
  const ids = ['shop/detail/price', 'shop/detail/stock', 'search/rank/price', 'pay/bill/preview'];

  it('takes letters in their order, and prefers what is whole, and begins of words', () => {
    assert.deepEqual(
      best('price', ids, (id) => id, 2),
      ['shop/detail/price', 'search/rank/price'],
    );
    assert.equal(best('sdp', ids, (id) => id, 1)[0], 'shop/detail/price');
    assert.equal(score('xyz', 'shop'), undefined);
    assert.equal(score('', 'shop'), 0);
    assert.ok((score('det', 'shop/detail') as number) > (score('det', 'shop/hidetoo') as number));
  });

  it('keeps the order of what is alike', () =>
    assert.deepEqual(
      best('', ids, (id) => id, 9),
      ids,
    ));
});

describe('windowed(count, rowPx, scrolledPx, heightPx)', () => {
  it('has all rows that can be seen, and few besides', () => {
    fc.assert(
      fc.property(fc.nat(5_000), fc.nat(300_000), fc.nat(2_000), (rows, scrolled, height) => {
        const { first, end } = windowed(rows, 40, scrolled, height);
        assert.ok(first >= 0 && end <= rows + 8 && first <= end);
        for (let row = Math.ceil(scrolled / 40); row < Math.min(rows, Math.floor((scrolled + height) / 40)); row += 1)
          assert.ok(row >= first && row < end);
        assert.ok(end - first <= height / 40 + 20);
      }),
    );
  });

  it('scrolls no further than is needed to see a row', () => {
    assert.equal(scrollFor(5, 40, 0, 400), undefined);
    assert.equal(scrollFor(10, 40, 0, 400), 40);
    assert.equal(scrollFor(0, 40, 80, 400), 0);
  });
});

describe('diffLines(patch)', () => {
  const patch = 'Index: a\n===\n--- a\n+++ a\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n\\ No newline at end of file\n';

  it('has the lines without the head', () => {
    assert.deepEqual(
      diffLines(patch).map(({ kind, text }) => [kind, text]),
      [
        ['hunk', '@@ -1,2 +1,2 @@'],
        ['same', ' same'],
        ['removed', '-old'],
        ['added', '+new'],
      ],
    );
    assert.deepEqual(sizeOf(diffLines(patch)), { added: 1, removed: 1 });
    assert.deepEqual(diffLines(''), []);
  });
});

describe('sharesFor(first, second, percentage)', () => {
  it('adds up to all calls, in hundredths', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 105, noNaN: true }), (percentage) => {
        const shares = sharesFor(1, 2, percentage);
        assert.equal(Math.round(shares.reduce((sum, share) => sum + share.percentage * 100, 0)), 10_000);
        assert.ok(shares.every((share) => share.percentage > 0));
      }),
    );
    assert.deepEqual(sharesFor(1, 2, 0), [{ number: 1, percentage: 100 }]);
    assert.deepEqual(sharesFor(1, 2, 100), [{ number: 2, percentage: 100 }]);
  });

  it('has the stop that is nearest', () => {
    for (const [i, stop] of stops.entries()) assert.equal(nearestStop(stop), i);
    assert.equal(stops[nearestStop(7)], 5);
  });
});

describe('recordedText(recording)', () => {
  it('is a request with its headers and its body', () => {
    const body = Buffer.from('{"id":7}').toString('base64');
    assert.equal(
      recordedText({ interface: 'fetch', head: 'POST\nhttp://a/x\naccept\ntext/html\ncookie\n***', body }),
      'POST http://a/x\naccept: text/html\ncookie: ***\n\n{\n  "id": 7\n}',
    );
    assert.equal(recordedText({ interface: 'fetch', head: 'GET\nhttp://a/', body: null }), 'GET http://a/');
    assert.match(
      recordedText({ interface: 'fetch', head: 'PUT\nhttp://a/', body: Buffer.from([0xff, 0]).toString('base64') }),
      /\(2 bytes that are no text\)$/,
    );
    assert.equal(recordedText({ interface: 'queue', head: '{"a":1}', body: null }), 'queue\n{\n  "a": 1\n}');
  });
});

describe('problems', () => {
  it('are what the host says, or what came in its place', () => {
    assert.equal(problemOf(404, '{"code":"not_found","title":"No","detail":"There is nothing"}').detail, 'There is nothing');
    for (const text of ['<html>Bad gateway</html>', '', 'null', '{}', '[1]'])
      assert.equal(problemOf(502, text).code, 'unexpected_answer', text);
  });

  it('come with what to do', () => {
    assert.match(adviceOf(unreachable) ?? '', /host runs/);
    assert.match(adviceOf(problemOf(500, '')) ?? '', /log/);
    assert.equal(adviceOf(problemOf(400, '{"code":"invalid_body"}')), undefined);
  });
});

describe('the host’s time', () => {
  it('is taken from its answers where it is another than here', () => {
    noteHostTime('Sun, 29 Nov 2026 12:00:00 GMT', Date.UTC(2026, 10, 29, 11));
    assert.equal(hostNow(Date.UTC(2026, 10, 29, 11, 30)), Date.UTC(2026, 10, 29, 12, 30));
    noteHostTime('nonsense', 0);
    noteHostTime(null, 0);
    assert.equal(hostNow(0), 3_600_000);
    noteHostTime('Sun, 29 Nov 2026 12:00:00 GMT', Date.UTC(2026, 10, 29, 12, 0, 1));
    assert.equal(hostNow(5), 5);
  });
});

describe('Ring', () => {
  it('has the last ones in their order', () => {
    const ring = new Ring<number>(3);
    for (let i = 0; i < 20; i += 1) ring.push(i);
    assert.deepEqual(ring.list(), [17, 18, 19]);
    ring.clear();
    assert.deepEqual(ring.list(), []);
  });
});

describe('Live', () => {
  it('keeps how things are, and what happened, and says what must be asked for again', () => {
    const live = new Live();
    live.take({ type: 'overview', data: { at: 1, calls: 5 } });
    live.take({ type: 'deployment', data: { at: 2, plugin: 'a/b/c' } });
    live.take({ type: 'trip', data: { at: 3, plugin: 'a/b/c', trips: 1 } });
    live.take({ type: 'push', data: null });
    assert.deepEqual([live.overview.value?.calls, live.overviews.length, live.changed.value, live.tripped.value], [5, 1, 1, 1]);
    assert.deepEqual(
      live.happenings.value.map(({ type, at, plugin }) => [type, at, plugin]),
      [
        ['deployment', 2, 'a/b/c'],
        ['trip', 3, 'a/b/c'],
      ],
    );
    live.gap();
    assert.deepEqual([live.changed.value, live.tripped.value], [2, 2]);
    live.clear();
    assert.deepEqual([live.overview.value, live.overviews, live.happenings.value], [undefined, [], []]);
  });

  it('does not grow', () => {
    const live = new Live();
    for (let i = 0; i < 2_000; i += 1) {
      live.take({ type: 'overview', data: { at: i } });
      live.take({ type: 'push', data: { at: i } });
    }
    assert.deepEqual([live.overviews.length, live.happenings.value.length], [300, 200]);
  });
});

describe('Resource', () => {
  it('keeps what was answered where a later question fails, and mends', async () => {
    let answer: () => Promise<number> = async () => 1;
    const resource = new Resource<number>(() => answer());
    assert.deepEqual({ ...resource.known.value }, { value: undefined, problem: undefined, isLoading: true });
    await resource.refresh();
    assert.deepEqual({ ...resource.known.value }, { value: 1, problem: undefined, isLoading: false });
    answer = () => Promise.reject(new ApiError(unreachable));
    await resource.refresh();
    const known: Known<number> = resource.known.value as Known<number>;
    assert.deepEqual([known.value, known.problem?.code], [1, 'unreachable']);
    answer = async () => 2;
    await resource.refresh();
    assert.deepEqual(resource.known.value, { value: 2, problem: undefined, isLoading: false });
  });

  it('takes the answer of the last question only, and ends the others', async () => {
    const waiting: { resolve: (value: number) => void; signal: AbortSignal }[] = [];
    const resource = new Resource<number>((signal) => new Promise((resolve) => waiting.push({ resolve, signal })));
    const [first, second] = [resource.refresh(), resource.refresh()];
    waiting[1]?.resolve(2);
    waiting[0]?.resolve(1);
    await Promise.all([first, second]);
    assert.deepEqual([resource.known.value.value, waiting[0]?.signal.aborted, resource.isBusy], [2, true, false]);
  });

  it('says nothing any more when it is given up', async () => {
    let resolve: (value: number) => void = () => {};
    const resource = new Resource<number>(
      () =>
        new Promise((done) => {
          resolve = done;
        }),
    );
    const asked = resource.refresh();
    resource.stop();
    resolve(1);
    await asked;
    assert.equal(resource.known.value.value, undefined);
  });
});

describe('sparkPath(values)', () => {
  it('is the form of the values, the most at the top', () => {
    assert.deepEqual(sparkPath([0, 4, 2]), { line: 'M0.0,24.5L50.0,2.5L100.0,13.5', isFlat: false });
  });
  it('is a line at the bottom where there was nothing', () => {
    assert.deepEqual(sparkPath([0, 0]), { line: 'M0.0,24.5L100.0,24.5', isFlat: true });
  });
  it('is none of fewer than two', () => {
    assert.deepEqual([sparkPath([]), sparkPath([1])], [undefined, undefined]);
  });
});
