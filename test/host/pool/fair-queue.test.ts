import assert from 'node:assert/strict';
import { type Account, FairQueue, type Waiting } from '../../../host/pool/fair-queue.ts';

interface Item extends Waiting {
  readonly id: number;
}

const always = () => true;
const accountOf = (usedUs = 0): Account => ({ usedUs });
const item = (account: Account, id: number): Item => ({ account, id });

function filled(...items: Item[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const one of items) queue.push(one);
  return queue;
}

/** Serves `calls` calls: each account's take what it says. @returns how many of each were served */
function served(queue: FairQueue<Item>, costs: Map<Account, number>, calls: number): number[] {
  const counts = new Map([...costs.keys()].map((account) => [account, 0]));
  for (let i = 0; i < calls; i += 1) {
    const next = queue.shift(always) as Item;
    queue.begin(next.account, costs.get(next.account) as number);
    counts.set(next.account, (counts.get(next.account) ?? 0) + 1);
    queue.push(item(next.account, i));
  }
  return [...counts.values()];
}

describe('FairQueue', () => {
  it('shift(ready) serves accounts in turn where they use the same, each in order of arrival', () => {
    const [a, b, c] = [accountOf(), accountOf(), accountOf()];
    const queue = filled(item(a, 1), item(a, 2), item(a, 3), item(b, 4), item(c, 5), item(b, 6));
    const order = Array.from({ length: 6 }, () => {
      const next = queue.shift(always) as Item;
      queue.begin(next.account, 10);
      return next.id;
    });
    assert.deepEqual(order, [1, 4, 5, 2, 6, 3]);
    assert.equal(queue.shift(always), undefined);
    assert.equal(queue.size, 0);
  });

  it('accounts share the time, not the calls', () => {
    const [light, heavy] = [accountOf(), accountOf()];
    const queue = filled(item(light, 0), item(heavy, 0));
    const counts = served(
      queue,
      new Map([
        [light, 50],
        [heavy, 100_000],
      ]),
      20_000,
    );
    const ratio = (counts[0] as number) / (counts[1] as number);
    assert.ok(ratio > 1_500 && ratio < 2_500, `${counts}`);
  });

  it('what was expected wrongly is made up for', () => {
    const [honest, surprising] = [accountOf(), accountOf()];
    const queue = filled(item(honest, 1), item(surprising, 2), item(surprising, 3), item(honest, 4), item(honest, 5));
    const next = () => {
      const { account, id } = queue.shift(always) as Item;
      queue.begin(account, 100);
      if (account === surprising) queue.correct(account, 900);
      return id;
    };
    assert.deepEqual([next(), next(), next(), next(), next()], [1, 2, 4, 5, 3]);
  });

  it('one that was idle has saved up nothing, and one that was busy alone owes nothing', () => {
    const [idle, busy] = [accountOf(), accountOf()];
    const queue = new FairQueue<Item>();
    for (let i = 0; i < 1_000; i += 1) queue.begin(busy, 1_000);
    queue.push(item(idle, 0));
    queue.push(item(busy, 0));
    const counts = served(
      queue,
      new Map([
        [idle, 1_000],
        [busy, 1_000],
      ]),
      100,
    );
    assert.ok(Math.abs((counts[0] as number) - (counts[1] as number)) <= 2, `${counts}`);
  });

  it('shift(ready) passes over an account whose first call may not start, without losing its place', () => {
    const [a, b] = [accountOf(), accountOf()];
    const queue = filled(item(a, 1), item(b, 2));
    assert.equal(queue.shift((one) => one.account !== a)?.id, 2);
    assert.equal(
      queue.shift((one) => one.account !== a),
      undefined,
    );
    assert.equal(queue.shift(always)?.id, 1);
  });

  it('shift(ready) asks only for accounts that could be the next', () => {
    const queue = new FairQueue<Item>();
    for (let i = 0; i < 100; i += 1) queue.push(item(accountOf(i), i));
    let asked = 0;
    assert.equal(
      queue.shift(() => {
        asked += 1;
        return true;
      })?.id,
      0,
    );
    assert.equal(asked, 1);
  });

  it('putBack(item) makes it the first of its account again', () => {
    const a = accountOf();
    const queue = filled(item(a, 1), item(a, 2));
    const first = queue.shift(always);
    queue.putBack(first as never);
    assert.equal(queue.sizeOf(a), 2);
    assert.equal(queue.shift(always)?.id, 1);
  });

  it('remove(item) takes out one that waits, once', () => {
    const a = accountOf();
    const gone = item(a, 2);
    const queue = filled(item(a, 1), gone, item(a, 3));
    assert.equal(queue.remove(gone), true);
    assert.equal(queue.remove(gone), false);
    assert.deepEqual([queue.shift(always)?.id, queue.shift(always)?.id], [1, 3]);
  });

  it('expire(over) takes out the old heads of every queue', () => {
    const [a, b] = [accountOf(), accountOf()];
    const queue = filled(item(a, 1), item(b, 2), item(a, 3), item(b, 9));
    assert.deepEqual(
      [...queue.expire((one) => one.id < 4)].map(({ id }) => id),
      [1, 3, 2],
    );
    assert.equal(queue.size, 1);
    assert.equal(queue.sizeOf(a), 0);
  });

  it('keeps its order over thousands of calls', () => {
    const a = accountOf();
    const queue = filled();
    let next = 0;
    for (let i = 0; i < 5_000; i += 1) {
      queue.push(item(a, i));
      if (i % 3 === 2) assert.equal(queue.shift(always)?.id, next++);
    }
    while (queue.size > 0) assert.equal(queue.shift(always)?.id, next++);
    assert.equal(next, 5_000);
  });
});
