/** host/cli/top/view.ts */

import assert from 'node:assert/strict';
import { plain } from '../../../../host/cli/paint.ts';
import { terminalWidth } from '../../../../host/cli/terminal-width.ts';
import { firstState } from '../../../../host/cli/top/state.ts';
import { percent, rate, rowsShown, size, type TopView, topLines } from '../../../../host/cli/top/view.ts';
import { row } from './rows.ts';

const view: TopView = {
  url: 'http://127.0.0.1:8081',
  sample: {
    seconds: 10,
    plugins: [
      row('shop/detail/prices', { cpu: 1.234, callsPerSecond: 812.4, errorsPerSecond: 2.5, p50Us: 800, p99Us: 12_345 }),
      ...Array.from({ length: 40 }, (_, i) => row(`demo/many/p${String(i).padStart(2, '0')}`)),
    ],
    parts: [
      { part: 'plugins', cpu: 1.5, memoryBytes: 104_857_600 },
      { part: 'ingress', cpu: 0.2, memoryBytes: 52_428_800 },
      { part: 'executors', cpu: 0.1, memoryBytes: 0 },
      { part: 'residual', cpu: -0.01, memoryBytes: 0 },
    ],
  },
  overview: {
    ...{ at: 0, plugins: 1_500, callsPerSecond: 2_000, failuresPerSecond: 3 },
    lanes: [{ lane: 'standard', waiting: 4, inFlight: 7, executors: 2, busy: 1 }],
  },
  ...{ happened: { at: 0, text: 'push  shop/detail/prices  release 7' }, trouble: undefined, time: '12:34:56' },
};

describe('topLines(view, state, size, paint)', () => {
  for (const [width, height] of [
    [80, 24],
    [200, 50],
    [40, 10],
    [20, 5],
    [1, 2],
  ] as const) {
    it(`fills ${width} × ${height} and no more`, () => {
      for (const state of [
        firstState,
        { ...firstState, isHelp: true },
        { ...firstState, typing: { before: '' }, filter: 'x'.repeat(150) },
      ]) {
        const lines = topLines(view, state, { width, height }, plain);
        assert.equal(lines.length, height);
        for (const line of lines) if (!state.isHelp) assert.ok(terminalWidth(line) <= width, `${terminalWidth(line)}: ${line}`);
      }
    });
  }

  it('shows the machine, the lanes, and the heaviest plugin, at 80 columns', () => {
    const [title, cpu, memory, calls, lanes, head, first] = topLines(view, firstState, { width: 80, height: 24 }, plain) as [
      ...[string, string, string, string, string, string, string],
    ];
    assert.match(title, /^nbox top {2}http:\/\/127\.0\.0\.1:8081 +12:34:56$/);
    assert.equal(cpu, 'CPU     179%  plugins 150%  host 30.0%  residual -1.0%');
    assert.equal(memory, 'Memory  150.0 MiB  plugins 100.0 MiB');
    assert.equal(calls, 'Calls   2000/s  errors 3.0/s  plugins 1500');
    assert.equal(lanes, 'Lanes   standard 1/2 busy, 7 in flight, 4 waiting');
    assert.match(head, /^PLUGIN +▼CPU +CALLS\/S +ERR\/S +P50 +P99 +MEMORY$/);
    assert.match(first, /^shop\/detail\/prices +123% +812 +2\.5 +800 µs +12\.3 ms +1\.0 MiB$/);
    assert.equal(terminalWidth(head), 80);
  });

  it('has more columns where there is room', () => {
    const lines = topLines(view, firstState, { width: 120, height: 24 }, plain);
    assert.match(lines[5] as string, /MEMORY +WAIT P99 +ERR %$/);
    assert.match(lines[6] as string, /20 µs +0\.3%$/);
  });

  it('scrolls, filters, and says how many there are', () => {
    const size = { width: 80, height: 24 };
    const scrolled = topLines(view, { ...firstState, offset: 1_000 }, size, plain);
    assert.equal(rowsShown(size), 17);
    assert.match(scrolled.at(-2) as string, /^demo\/many\/p39 /);
    const filtered = topLines(view, { ...firstState, filter: 'shop' }, size, plain);
    assert.match(filtered.at(-1) as string, /^filter "shop" {2}1 of 41 {2}/);
    assert.equal(filtered[7], '');
    assert.match(topLines(view, { ...firstState, filter: 'none' }, size, plain)[6] as string, /No plugin has this in its id/);
  });

  it('tells trouble, a pause, and that there is nothing yet', () => {
    const size = { width: 80, height: 24 };
    const lost = topLines({ ...view, trouble: 'No nbox host answers \u001b[31m' }, { ...firstState, isPaused: true }, size, plain);
    assert.equal(lost.at(-1), 'No nbox host answers \\u001b[31m');
    assert.match(lost[0] as string, /paused/);
    const nothing = { ...view, sample: undefined, overview: undefined };
    const early = topLines(nothing, firstState, size, plain);
    assert.deepEqual(early.slice(1, 5), ['CPU     …', 'Memory  …', 'Calls   …', 'Lanes   …']);
    assert.equal(early[6], 'asking …');
    const none = topLines({ ...nothing, trouble: 'No nbox host answers \u001b[31m' }, firstState, size, plain);
    assert.equal(none[6], 'No nbox host answers \\u001b[31m');
    assert.match(none.at(-1) as string, /q quit/);
  });
});

describe('figures', () => {
  it('are short', () => {
    assert.deepEqual([0, 0.0123, 1, 12.3].map(percent), ['0.0%', '1.2%', '100%', '1230%']);
    assert.deepEqual([0, 0.25, 9.96, 10.4, 99_999, 250_000].map(rate), ['0', '0.3', '10.0', '10', '99999', '250k']);
    assert.deepEqual([0, 1_048_576, 20 * 1_073_741_824].map(size), ['0.0 MiB', '1.0 MiB', '20.0 GiB']);
  });
});
