/** host/hygiene/interface-uses.ts and hygiene.ts, over a real store. */

import assert from 'node:assert/strict';
import { callerBy, callerName } from '../../../host/hygiene/caller.ts';
import { Hygiene } from '../../../host/hygiene/hygiene.ts';
import { InterfaceUses } from '../../../host/hygiene/interface-uses.ts';
import type { Past, PastQuestion } from '../../../host/hygiene/past.ts';
import { Totals } from '../../../host/meter/totals.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { quietLog, TempDir } from '../doubles.ts';
import { hello, other, publishInput } from '../store/store.spec.ts';
import { record as usageRecord } from '../usage/records.ts';
import { noteUse } from './note-use.ts';

const day = 86_400_000;

describe('InterfaceUses', () => {
  let temp: TempDir;
  let store: SqliteStore;
  let now: number;
  let live: Map<string, string[]>;
  let uses: InterfaceUses;
  let ticks: (() => void)[];
  const open = (addUp = () => {}) =>
    new InterfaceUses({
      ...{ store, log: quietLog, clock: { now: () => now }, addUp },
      live: () => [...live].map(([plugin, interfaces]) => ({ plugin, interfaces })),
      isLive: (plugin, name) => live.get(plugin)?.includes(name) === true,
      every: (_, work) => {
        ticks.push(work);
        return () => void ticks.splice(0);
      },
    });
  const record = (plugin: string, name = 'fetch', caller?: string) => noteUse(uses, { plugin, interface: name, startedAt: now, caller });
  const restart = async () => {
    await uses.close();
    uses = open();
    await uses.restore();
  };
  const noPast: Past = { growth: [], costRises: [], since: undefined, days: 0 };
  const hygiene = (past: (question: PastQuestion) => Past = () => noPast) =>
    new Hygiene({ uses, clock: { now: () => now }, past: async (question) => past(question), live: () => [[hello, 2]] });

  beforeEach(async () => {
    temp = new TempDir();
    store = new SqliteStore(temp.path);
    await store.publish(publishInput(1));
    await store.publish(publishInput(1, 'x', other));
    now = 1_800_000_000_000;
    ticks = [];
    live = new Map([
      [hello, ['fetch', 'queue']],
      [other, ['fetch']],
    ]);
    uses = open();
    await uses.restore();
  });
  afterEach(async () => {
    await uses.close();
    await store.close();
    temp[Symbol.dispose]();
  });

  it('takes the latest of several calls, in whichever order they come', () => {
    const of = (startedAt: number) => ({ plugin: hello, startedAt });
    noteUse(uses, of(now + 2), of(now + 5), of(now + 1));
    noteUse(uses, of(now + 3));
    const [fetch] = uses.list(hello);
    assert.deepEqual([fetch?.usedAt, fetch?.calls], [now + 5, 4]);
  });

  it('has what is noted and not yet read given to it before it answers', () => {
    const read: InterfaceUses = open(() => totals.addUp());
    const totals = new Totals(() => true, [read]);
    read.look();
    totals.record(usageRecord({ plugin: hello, startedAt: now }));
    assert.equal(read.list(hello).find((one) => one.interface === 'fetch')?.calls, 1);
  });

  it('knows of each interface that is live when it was used last, how often, and by whom', async () => {
    record(hello, 'fetch', 'header:shop');
    now += day;
    record(hello, 'fetch', 'header:shop');
    record(hello, 'fetch');
    assert.deepEqual(uses.list(hello), [
      {
        ...{ plugin: hello, interface: 'fetch', seenAt: now - day, usedAt: now, calls: 3 },
        callers: [{ name: 'header:shop', count: 2, overBy: 0 }],
      },
      { plugin: hello, interface: 'queue', seenAt: now - day, usedAt: undefined, calls: 0, callers: [] },
    ]);
    const known = uses.list();
    await restart();
    assert.deepEqual(
      uses.list().map((one) => JSON.stringify(one)),
      known.map((one) => JSON.stringify(one)),
    );
  });

  it('takes in what is published while it runs, and nothing that is not live', () => {
    record('a/b/gone');
    record(hello, 'rpc:Other.method');
    assert.deepEqual(uses.list('a/b/gone'), []);
    assert.equal(uses.list(hello).length, 2);
    live.set(hello, ['fetch', 'scheduled']);
    record(hello, 'scheduled');
    assert.equal(uses.list(hello).find((one) => one.interface === 'scheduled')?.calls, 1);
    uses.look();
    assert.deepEqual(
      uses
        .list(hello)
        .map((one) => one.interface)
        .sort(),
      ['fetch', 'scheduled'],
    );
  });

  it('keeps room for 20 callers of each interface, however many there are', () => {
    for (let i = 0; i < 5_000; i += 1) record(hello, 'fetch', i % 3 === 0 ? 'header:often' : `header:${i}`);
    const [{ callers, calls }] = uses.list(hello) as [ReturnType<typeof uses.list>[0]];
    assert.deepEqual([callers.length, calls, callers[0]?.name], [20, 5_000, 'header:often']);
  });

  it('saves what is new at once, what has changed after an hour, and the rest when it closes', async () => {
    const saved = async () => (await store.interfaceUses()).find((one) => one.plugin === hello && one.interface === 'fetch')?.calls;
    await uses.save(false);
    assert.equal(await saved(), 0);
    record(hello);
    await uses.save(false);
    assert.equal(await saved(), 0);
    now += 3_600_000;
    ticks[0]?.();
    await uses.save(false);
    assert.equal(await saved(), 1);
    record(hello);
    await uses.close();
    assert.equal(await saved(), 2);
  });

  it('forgets with a plugin that is removed, also what is saved after that', async () => {
    record(other);
    await uses.save(true);
    await store.remove(other, 'me', now);
    record(other);
    await uses.save(true);
    assert.deepEqual(
      (await store.interfaceUses()).filter(({ plugin }) => plugin === other),
      [],
    );
    live.set(hello, ['fetch']);
    await restart();
    assert.deepEqual(
      (await store.interfaceUses()).map((one) => one.interface),
      ['fetch'],
    );
  });

  it('Hygiene tells what is unused for so long, and what to do about it', async () => {
    record(hello);
    record(other);
    now += 20 * day;
    record(hello);
    now += 12 * day;
    const { unused, callers, growth, costRises } = await hygiene().report(30);
    assert.deepEqual(
      unused.map(({ plugin, interface: name, unusedDays, usedAt }) => [plugin, name, unusedDays, usedAt === undefined]),
      [
        [other, 'fetch', 32, false],
        [hello, 'queue', 32, true],
      ],
    );
    assert.match(unused[0]?.advice ?? '', /nbox rm demo\/hello\/other/);
    assert.match(unused[1]?.advice ?? '', /whether queue is needed/);
    assert.deepEqual((await hygiene().report(33)).unused, []);
    assert.deepEqual(
      callers.map(({ plugin, calls, unnamedCalls }) => [plugin, calls, unnamedCalls]),
      [
        [hello, 2, 2],
        [other, 1, 1],
      ],
    );
    assert.match(callers[0]?.advice ?? '', /--caller-header/);
    assert.deepEqual([growth, costRises], [undefined, undefined]);
  });

  it('Hygiene names callers to agree with', async () => {
    record(hello, 'fetch', 'token:admin');
    assert.match(hygiene().callers(hello)[0]?.advice ?? '', /token:admin, its only caller with a name/);
    for (let i = 0; i < 5; i += 1) record(hello, 'fetch', 'header:shop');
    assert.match(hygiene().callers(hello)[0]?.advice ?? '', /its callers, header:shop first/);
    for (let i = 0; i < 20; i += 1) record(hello, 'fetch');
    assert.match(hygiene().callers(hello)[0]?.advice ?? '', /Most calls have no caller/);
    assert.match(hygiene().callers(hello)[1]?.advice ?? '', /Nobody has called it/);
  });

  it('Hygiene asks about the last hour that is over for two minutes, of what is live, and says what to do', async () => {
    const hourMs = 3_600_000;
    const asked: PastQuestion[] = [];
    const past = (question: PastQuestion): Past => {
      asked.push(question);
      return {
        growth: [{ plugin: hello, metric: 'calls', hour: question.hour, value: 50_000, usual: 2_000, bound: 4_000, days: 7 }],
        costRises: [
          { plugin: hello, release: 2, base: 1, beforeUs: 50, afterUs: 500, hours: { before: 5, after: 3 }, extraCpuUs: 24_300_000 },
        ],
        ...{ since: question.hour - 9 * day, days: 9 },
      };
    };
    const thisHour = Math.ceil(now / hourMs) * hourMs;
    const report = () => hygiene(past).report(30);
    now = thisHour + 119_999;
    await report();
    now = thisHour + 120_000;
    const { growth, costRises, notJudged } = await report();
    const live = [[hello, 2]];
    assert.deepEqual(asked, [
      { hour: thisHour - 2 * hourMs, live },
      { hour: thisHour - hourMs, live },
    ]);
    assert.deepEqual([growth?.length, costRises?.length, notJudged], [1, 1, []]);
    assert.match(growth?.[0]?.advice ?? '', /nbox budgets set demo\/hello\/world/);
    assert.match(costRises?.[0]?.advice ?? '', /nbox diff demo\/hello\/world 2 1/);
  });

  it('Hygiene has rows of those plugins only that may be seen, of which no others take the places', async () => {
    const grown = (plugin: string) => ({ plugin, metric: 'calls' as const, hour: 1, value: 9, usual: 1, bound: 2, days: 7 });
    const growth = [...Array.from({ length: 500 }, () => grown(other)), grown(hello)];
    const one = hygiene(() => ({ growth, costRises: [], since: 0, days: 9 }));
    record(hello);
    record(other);
    const report = await one.report(30, (plugin) => plugin === hello);
    const seen = [report.growth, report.callers].map((rows) => rows?.map(({ plugin }) => plugin));
    assert.deepEqual(seen, [[hello], [hello]]);
    assert.equal((await one.report(30)).growth?.length, 500);
  });

  it('Hygiene fails with what fails, if that is no refusal', async () => {
    const broken = hygiene(() => {
      throw new TypeError('a mistake');
    });
    await assert.rejects(broken.report(30), /a mistake/);
  });
});

describe('callerBy(header)', () => {
  const of = (headers: Record<string, string | string[]>, header?: string) => callerBy(header, () => undefined)({ headers });

  it('gives the name that the header has, cut, and none where no header is to name callers', () => {
    assert.equal(of({ 'x-caller': 'shop' }, 'x-caller'), 'header:shop');
    assert.equal(of({ 'x-caller': 'y'.repeat(500) }, 'x-caller')?.length, 107);
    assert.equal(of({ 'x-caller': ['a', 'b'] }, 'x-caller'), 'header:a,b');
    for (const none of [of({}, 'x-caller'), of({ 'x-caller': '' }, 'x-caller'), of({ 'x-caller': 'shop' })]) assert.equal(none, undefined);
    assert.equal(callerName('plugin', 'a/b/c'), 'plugin:a/b/c');
  });
});
