/** guards/error-advice.ts: what it tells people to use is there. */

import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { errorAdvice } from '../../guards/error-advice.ts';
import { errorCatalogue } from '../../guards/errors.ts';
import { defaultLimits } from '../../guards/limits.ts';
import { createProgram } from '../../host/cli/program.ts';
import { configOptions } from '../../host/config/options.ts';

const texts = Object.entries(errorAdvice).map(([code, { means, todo }]) => [code, `${means} ${todo}`] as const);

function named(pattern: RegExp): (readonly [code: string, name: string])[] {
  return texts.flatMap(([code, text]) => [...text.matchAll(pattern)].map(([, name = '']) => [code, name] as const));
}

describe('errorAdvice', () => {
  it('says of each error what it means and what to do, in sentences', () => {
    assert.deepEqual(Object.keys(errorAdvice).sort(), Object.keys(errorCatalogue).sort());
    for (const [code, { means, todo }] of Object.entries(errorAdvice)) {
      for (const text of [means, todo]) assert.match(text, /^[A-Z0-9`].{8,}\.$/s, code);
      assert.notEqual(means, todo, code);
    }
  });

  it('names commands that there are', () => {
    const isThere = (command: Command, words: readonly string[]): boolean => {
      const [word, ...rest] = words;
      if (word === undefined || command.commands.length === 0) return true;
      const next = command.commands.find((one) => one.name() === word);
      return next !== undefined && isThere(next, rest);
    };
    const commands = named(/`nbox ([a-z ]+)/g);
    assert.ok(commands.length > 5);
    for (const [code, words] of commands) assert.ok(isThere(createProgram(), words.trim().split(' ')), `${code}: nbox ${words}`);
  });

  it('names options and limits that there are', () => {
    const flags = configOptions.map(({ flag }) => flag);
    for (const [code, flag] of named(/(--[a-z-]+)/g)) assert.ok(flags.includes(flag), `${code}: ${flag}`);
    for (const [code, limit] of named(/limits\.(\w+)/g)) assert.ok(limit in defaultLimits, `${code}: ${limit}`);
  });
});
