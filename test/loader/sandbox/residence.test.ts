import assert from 'node:assert/strict';
import { defaultLimits } from '../../../guards/limits.ts';
import type { Engine } from '../../../loader/sandbox/engine.ts';
import { mostPassing, mostStaying, Residence } from '../../../loader/sandbox/residence.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import type { Snapshot } from '../../../loader/sandbox/snapshot.ts';
import { callOf, evaluatedPrelude, getHead, Notebook, sandboxOf } from '../../support/sandboxes.ts';

const crowd = mostPassing + 3;
/** Of its own to each test, so that engines are its own. */
let memoryMb = 100;

async function homes(count: number): Promise<{ snapshot: Snapshot; all: Residence[]; made: Set<Engine> }> {
  memoryMb += 1;
  const { snapshot } = await evaluatedPrelude();
  const made = new Set<Engine>();
  const equip = (engine: Engine) => void made.add(engine);
  return { snapshot, made, all: Array.from({ length: count }, () => new Residence(snapshot, snapshot, memoryMb, equip, undefined)) };
}

function run(home: Residence, code: string): string {
  const { engine } = home;
  const value = engine.evaluateScript(code, 'test.js');
  const text = engine.text(value);
  engine.free(value);
  return text;
}

describe('Residence', () => {
  it('lets any number of sandboxes take turns in few engines, each with its own memory', async () => {
    const { all, made } = await homes(crowd);
    for (let round = 1; round <= 3; round += 1)
      for (const [i, home] of all.entries()) {
        const text = run(
          home,
          `var turns = (globalThis.turns ?? 0) + 1; var name = globalThis.name ?? 'sandbox ${i}'; name + ': ' + turns`,
        );
        assert.equal(text, `sandbox ${i}: ${round}`);
      }
    assert.equal(made.size, mostPassing);
  });

  it('lets those that are entered again soon keep their engines, whoever else comes', async () => {
    const { all, made } = await homes(crowd + 1);
    const [first, second, ...others] = all as [Residence, Residence, ...Residence[]];
    const engines = [first, second].map((one) => {
      one.enter();
      return one.enter();
    });
    for (let round = 0; round < 3; round += 1) {
      for (const other of others) other.enter();
      assert.deepEqual([first.engine, second.engine], engines);
    }
    assert.equal(made.size, mostPassing + 2);
  });

  it('gives nobody the engine of one that has left and was near no image', async () => {
    const { snapshot, made } = await homes(0);
    const far = { ...snapshot, memoryBytes: 2 ** 30, base: undefined };
    const equip = (engine: Engine) => void made.add(engine);
    new Residence(far, snapshot, memoryMb, equip, undefined).leave(true);
    assert.equal(run(new Residence(snapshot, snapshot, memoryMb, equip, undefined), '1 + 1 + ""'), '2');
    assert.equal(made.size, 2);
  });

  it('lets only so many keep theirs: the one that was entered least recently goes', async () => {
    const { all, made, snapshot } = await homes(mostStaying + 1);
    for (const [i, one] of all.entries()) {
      run(one, `var name = 'sandbox ${i}'; name`);
      one.enter();
      one.enter();
    }
    assert.equal(made.size, mostStaying + 1);
    const [first, second, ...others] = all as [Residence, Residence, ...Residence[]];
    const { engine } = first;
    const { engine: kept } = second;
    const news = Array.from({ length: mostPassing }, () => new Residence(snapshot, snapshot, memoryMb, () => undefined, undefined));
    assert.ok(news.some((one) => one.engine === engine));
    assert.equal(second.engine, kept);
    for (const [i, one] of [first, second, ...others].entries()) assert.equal(run(one, 'name'), `sandbox ${i}`);
  });

  it('leaves nothing of one in the memory that the next one gets', async () => {
    const { all } = await homes(crowd);
    const [first, ...others] = all as [Residence, ...Residence[]];
    const secret = 'correct horse battery staple';
    // On the heap, free memory included, and on the stack.
    run(
      first,
      `var kept = ['${secret}', /${secret}/.exec('${secret}')[0]]; for (let i = 0; i < 100; i++) kept.join('${secret}' + i); 'ok'`,
    );
    run(first, `(function deep(n) { return n === 0 ? '${secret}' : deep(n - 1) })(300)`);
    const { engine } = first;
    const used = engine.bytes.indexOf(secret);
    assert.ok(used > 0);
    const traces = (bytes: Buffer) => Buffer.from(bytes).indexOf(secret);
    for (const other of others) other.enter();
    assert.equal(traces(engine.bytes), -1);
    assert.equal(run(first, 'kept[1]'), secret);
  });

  it('leaves the stack empty to the next one', async () => {
    const { all } = await homes(crowd);
    const [first, ...others] = all as [Residence, ...Residence[]];
    run(first, `(function deep(n) { return n === 0 ? 'bottom' : deep(n - 1) })(300)`);
    const { engine } = first;
    const { stackTop } = engine;
    const used = () => engine.bytes.subarray(stackTop - 262_144, stackTop - 4_096).some((byte) => byte !== 0);
    assert.ok(used());
    for (const other of others) other.enter();
    assert.ok(!used());
  });

  it('lets one whose memory has grown keep its engine', async () => {
    const { all, made } = await homes(crowd);
    const [first, ...others] = all as [Residence, ...Residence[]];
    run(first, `var wide = new Uint8Array(8_000_000); wide[7_000_000] = 5; 'ok'`);
    const { engine } = first;
    for (const other of [...others, ...others]) other.enter();
    assert.equal(first.enter(), engine);
    assert.equal(run(first, 'String(wide[7_000_000])'), '5');
    assert.ok(first.memoryBytes > 8_000_000);
    assert.equal(made.size, mostPassing + 1);
    first.leave(true);
    for (const other of others) other.enter();
    assert.equal(made.size, mostPassing + 1);
  });

  it('gives the engine of one that has left to the next, as if nobody had had it', async () => {
    const { all, made, snapshot } = await homes(1);
    const [first] = all as [Residence];
    run(first, `var left = 'behind'; left`);
    const engine = first.enter();
    first.leave(true);
    const next = new Residence(snapshot, snapshot, memoryMb, () => assert.fail('another engine was made'), undefined);
    assert.equal(next.enter(), engine);
    assert.equal(run(next, 'typeof left'), 'undefined');
    assert.equal(made.size, 1);
  });

  it('gives nobody the engine of one that a guard has stopped', async () => {
    const { all, snapshot } = await homes(1);
    const engine = (all[0] as Residence).enter();
    (all[0] as Residence).leave(false);
    assert.notEqual(new Residence(snapshot, snapshot, memoryMb, () => undefined, undefined).enter(), engine);
  });
});

describe('sandboxes in a crowd', () => {
  it('go on with timers and answers that come while they are packed', async () => {
    memoryMb += 1;
    const limits = { ...defaultLimits, memoryMb };
    const code = `export default async (request) => {
      const n = new URL(request.url).searchParams.get('n');
      await new Promise((resolve) => setTimeout(resolve, 1));
      const answer = await fetch('http://other.example/' + n);
      return 'n ' + n + ' got ' + await answer.text();
    }`;
    const open = await Promise.all(Array.from({ length: crowd }, () => sandboxOf(code, limits)));
    const calls = open.map((_, i) => callOf(i + 1, limits));
    for (const [i, { sandbox }] of open.entries()) {
      const { stopped } = sandbox.start(calls[i] as (typeof calls)[number], `GET\nhttp://localhost/?n=${i}\nhost\nlocalhost`, undefined);
      assert.equal(stopped, undefined);
    }
    for (const [i, { sandbox, notes }] of open.entries()) {
      const { timer } = await notes.nextDue();
      sandbox.fire(calls[i] as (typeof calls)[number], timer);
    }
    for (const [i, { sandbox, notes }] of open.entries()) {
      const fetch = notes.take().find((told) => told.kind === 'op' && told.name === 'fetch');
      assert.ok(fetch?.kind === 'op', 'nothing was fetched');
      assert.match(fetch.json, new RegExp(`other.example/${i}"`));
      assert.ok(sandbox.isPending(fetch.id));
    }
    for (const { sandbox } of open) sandbox.close();
  });

  it('a release that fails at its start leaves its engine to nobody', async () => {
    memoryMb += 1;
    const limits = { ...defaultLimits, memoryMb, startupMs: 10 };
    const notes = new Notebook();
    const prelude = await evaluatedPrelude();
    const code = 'globalThis.trace = 1; for (;;) {}';
    for (let i = 0; i < crowd; i += 1)
      await assert.rejects(
        Sandbox.create(prelude, { code, limits }, notes, () => () => {}),
        /startupMs/,
      );
    const { sandbox, notes: told } = await sandboxOf('export default () => typeof globalThis.trace', limits);
    using _ = sandbox;
    sandbox.start(callOf(1, limits), getHead, undefined);
    assert.match(JSON.stringify(told.take()), /undefined/);
  });
});
