import assert from 'node:assert/strict';
import { called } from '../../../loader/language/described.ts';

describe('called(name, type)', () => {
  const cases: Record<string, string> = {
    '(a: string) => number': 'f(a: string): number',
    '<T>(a: T[], b?: (c: T) => void) => Promise<T>': 'f<T>(a: T[], b?: (c: T) => void): Promise<T>',
    '() => () => void': 'f(): () => void',
    '{ (a: string): number; (b: number): string; }': 'f: { (a: string): number; (b: number): string; }',
    '(string | number)[]': 'f: (string | number)[]',
    any: 'f: any',
  };
  for (const [type, expected] of Object.entries(cases)) it(`shows ${type} as ${expected}`, () => assert.equal(called('f', type), expected));
});
