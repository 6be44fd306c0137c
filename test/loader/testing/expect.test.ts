/** loader/testing/expect.ts and its matchers, in Node's own engine. */

import assert from 'node:assert/strict';
import { beginCounting, ExpectationError, endCounting, expect } from '../../../loader/testing/expect.ts';

type Check = () => unknown;
const passes = (check: Check) => check();
const fails = (check: Check, message?: RegExp) => {
  assert.throws(check, (error) => error instanceof ExpectationError && (message === undefined || message.test(error.message)));
};
/** The expectation holds, and its contrary does not. */
function holds(name: string, value: unknown, ...args: unknown[]): void {
  passes(() => expect(value)[name]?.(...args));
  fails(() => expect(value).not[name]?.(...args));
}
function doesNot(name: string, value: unknown, ...args: unknown[]): void {
  fails(() => expect(value)[name]?.(...args));
  passes(() => expect(value).not[name]?.(...args));
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

describe('expect(value)', () => {
  beforeEach(() => beginCounting());

  it('.toBe is by Object.is', () => {
    holds('toBe', Number.NaN, Number.NaN);
    doesNot('toBe', 0, -0);
    doesNot('toBe', {}, {});
    fails(() => expect({ a: 1 }).toBe?.({ a: 1 }), /deeply equal, but not the same/);
  });

  it('.toEqual looks inside, and does not mind what is undefined', () => {
    holds('toEqual', { a: [1, { b: new Map([[{ k: 1 }, new Set([[1]])]]) }] }, { a: [1, { b: new Map([[{ k: 1 }, new Set([[1]])]]) }] });
    holds('toEqual', { a: 1, b: undefined }, { a: 1 });
    holds('toEqual', new Point(1), { x: 1 });
    holds('toEqual', new Date(5), new Date(5));
    holds('toEqual', new URL('http://a/b'), new URL('http://a/b'));
    holds('toEqual', new Headers({ a: 'b' }), new Headers({ A: 'b' }));
    holds('toEqual', new Uint8Array([1, 2]), new Uint8Array([1, 2]));
    for (const [a, b] of [
      [new Date(5), new Date(6)],
      [/a/g, /a/i],
      [new URL('http://a/b'), new URL('http://a/c')],
      [new Headers({ a: 'b' }), new Headers()],
      [new Uint8Array([1]), new Int8Array([1])],
      [new Map([[1, 2]]), new Map([[1, 3]])],
      [new Set([1]), new Set([2])],
      [new Error('a'), new Error('b')],
      [new Response('a'), new Response('a')],
      [[1, 2], [1]],
      [[], {}],
      [null, undefined],
      [{ a: null }, {}],
      [Promise.resolve(1), Promise.resolve(1)],
    ]) {
      doesNot('toEqual', a, b);
      doesNot('toEqual', b, a);
    }
  });

  it('.toEqual ends on values that hold themselves', () => {
    const ring = (): unknown[] => {
      const list: unknown[] = [];
      list.push(list);
      return list;
    };
    holds('toEqual', ring(), ring());
  });

  it('.toStrictEqual minds classes and what is undefined', () => {
    doesNot('toStrictEqual', { a: 1, b: undefined }, { a: 1 });
    doesNot('toStrictEqual', new Point(1), { x: 1 });
    holds('toStrictEqual', new Point(1), new Point(1));
  });

  it('.toMatchObject looks at a part', () => {
    holds('toMatchObject', { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } });
    doesNot('toMatchObject', { a: 1 }, { a: 1, b: undefined });
    holds('toMatchObject', [{ a: 1, b: 2 }], [{ a: 1 }]);
    holds('toMatchObject', new Response('x', { status: 404 }), { status: 404, ok: false });
    holds('toMatchObject', Object.assign(new Error('no'), { code: 5 }), { message: 'no', code: 5 });
    doesNot('toMatchObject', new Response('x'), { status: 404 });
    doesNot('toMatchObject', [{ a: 1 }, { a: 2 }], [{ a: 1 }]);
  });

  it('takes patterns for values', () => {
    const value = { id: 'x-1', at: 5, list: [1, 2, 3], close: 0.1 + 0.2, more: true };
    holds('toEqual', value, {
      id: expect.stringMatching(/^x-\d$/),
      at: expect.any(Number),
      list: expect.arrayContaining([3, 1]),
      close: expect.closeTo(0.3),
      more: expect.anything(),
    });
    holds('toEqual', { a: value }, { a: expect.objectContaining({ at: 5 }) });
    doesNot('toEqual', { a: value }, { a: expect.not.objectContaining({ at: 5 }) });
    doesNot('toEqual', [undefined], [expect.anything()]);
    doesNot('toEqual', ['1'], [expect.any(Number)]);
    holds('toEqual', [new Point(1), 'xyz'], [expect.any(Point), expect.stringContaining('y')]);
  });

  it('.toThrow calls, and looks at what is thrown', () => {
    const thrower = () => {
      throw new TypeError('no such thing');
    };
    holds('toThrow', thrower);
    holds('toThrow', thrower, 'such');
    holds('toThrow', thrower, /^no/);
    holds('toThrow', thrower, TypeError);
    holds('toThrow', thrower, new Error('no such thing'));
    holds('toThrow', thrower, expect.objectContaining({ message: 'no such thing' }));
    doesNot('toThrow', thrower, RangeError);
    doesNot('toThrow', thrower, 'other');
    doesNot('toThrow', () => 1);
    assert.throws(() => expect(1).toThrow?.(), TypeError);
  });

  it('has the simple ones', () => {
    holds('toBeDefined', 0);
    holds('toBeUndefined', undefined);
    holds('toBeNull', null);
    holds('toBeNaN', Number.NaN);
    holds('toBeTruthy', 'x');
    holds('toBeFalsy', '');
    holds('toBeGreaterThan', 2, 1);
    doesNot('toBeGreaterThan', 1, 1);
    holds('toBeGreaterThanOrEqual', 1n, 1);
    holds('toBeLessThan', 1, 2);
    holds('toBeLessThanOrEqual', 1, 1);
    doesNot('toBeLessThan', 'a', 2);
    holds('toBeCloseTo', 0.1 + 0.2, 0.3);
    doesNot('toBeCloseTo', 0.31, 0.3);
    holds('toBeInstanceOf', new Point(1), Point);
    holds('toBeTypeOf', 1, 'number');
    holds('toContain', 'abc', 'b');
    holds('toContain', new Set([1]), 1);
    doesNot('toContain', [{ a: 1 }], { a: 1 });
    holds('toContainEqual', [{ a: 1 }], { a: 1 });
    holds('toHaveLength', 'abc', 3);
    doesNot('toHaveLength', undefined, 3);
    holds('toHaveProperty', { a: [{ b: 1 }] }, 'a[0].b', 1);
    holds('toHaveProperty', { a: undefined }, ['a']);
    doesNot('toHaveProperty', { a: 1 }, 'a.b.c');
    holds('toMatch', 'abc', /B/i);
    const everywhere = /b/g;
    for (let i = 0; i < 3; i += 1) holds('toMatch', 'abc', everywhere);
    holds('toSatisfy', 4, (n: number) => n % 2 === 0);
    assert.throws(() => expect(1).toContain?.(1), TypeError);
    fails(() => expect.fail('as told'), /^as told$/);
  });

  it('.resolves and .rejects wait', async () => {
    await expect(Promise.resolve(1)).resolves.toBe?.(1);
    await expect(Promise.resolve(1)).resolves.not.toBe?.(2);
    await expect(Promise.reject(new TypeError('no'))).rejects.toThrow?.('no');
    await expect(async () => {
      throw new Error('no');
    }).rejects.toThrow?.(/n/);
    await assert.rejects(async () => expect(Promise.reject(new Error('x'))).resolves.toBe?.(1), /to resolve, but it rejected/);
    await assert.rejects(async () => expect(Promise.resolve(1)).rejects.toThrow?.(), /to reject, but it resolved to 1/);
  });

  it('is waited for at the end of a test, and counted', async () => {
    expect(Promise.resolve(1)).resolves.toBe?.(2);
    await assert.rejects(endCounting(), /expected 1 to be 2/);
    beginCounting();
    expect.assertions(2);
    expect(1).toBe?.(1);
    await assert.rejects(endCounting(), /expected 2 expectations to be looked at, and 1 were/);
    beginCounting();
    expect.hasAssertions();
    await assert.rejects(endCounting(), /expected some expectations/);
    beginCounting();
    await endCounting();
  });

  it('tells both values where they would be compared, cut', () => {
    const failure = (check: Check): ExpectationError => {
      try {
        check();
      } catch (error) {
        return error as ExpectationError;
      }
      assert.fail('it held');
    };
    assert.deepEqual(failure(() => expect(1).toEqual?.(2)).texts, { expected: '2', actual: '1' });
    assert.equal(failure(() => expect(1).not.toEqual?.(1)).texts, undefined);
    const order = { id: 1, lines: [{ sku: 'a' }] };
    assert.equal(
      failure(() => expect(order).toEqual?.({})).texts?.actual,
      "{\n  id: 1,\n  lines: [\n    {\n      sku: 'a',\n    },\n  ],\n}",
    );
    assert.equal(failure(() => expect('a\nb').toBe?.('a\nc')).texts?.actual, 'a\nb');
    const { texts, message } = failure(() => expect('x'.repeat(10_000)).toBe?.('y'));
    assert.ok((texts?.actual.length ?? 0) <= 4_000 && message.length < 400);
  });
});
