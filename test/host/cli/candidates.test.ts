/** host/cli/candidates.ts, on the tree of the real commands. */

import assert from 'node:assert/strict';
import { candidates } from '../../../host/cli/candidates.ts';
import { createProgram } from '../../../host/cli/program.ts';

const program = createProgram();
const of = (...words: string[]) => candidates(program, words);
const texts = (...words: string[]) => of(...words).words.map(({ text }) => text);

describe('candidates(program, words)', () => {
  it('are commands first, with what they do, and none that are hidden', () => {
    assert.ok(texts('').length > 25);
    assert.deepEqual(texts('roll'), ['rollback', 'rollout'].filter((one) => texts('').includes(one)).sort(byTree));
    assert.ok(of('top').words[0]?.what.startsWith('Shows which plugins'));
    assert.deepEqual(texts('__'), []);
  });

  it('are subcommands, of their command only', () => {
    assert.deepEqual(texts('rollout', 'p').sort(), ['pause', 'promote']);
    assert.deepEqual(texts('ls', 'p'), []);
  });

  it('are options, once something begins with a hyphen', () => {
    assert.deepEqual(texts('top', '--s'), ['--sort']);
    assert.ok(texts('push', '-').includes('--message'));
    assert.deepEqual(texts('push', '--', '--me'), []);
  });

  it('are the values of an option, behind a space, an =, and an = that bash has cut off', () => {
    assert.deepEqual(texts('top', '--sort', 'm'), ['memory']);
    assert.deepEqual(texts('top', '--sort=m'), ['--sort=memory']);
    assert.deepEqual(texts('top', '--sort', '=', 'm'), ['memory']);
    assert.ok(texts('init', '-t', '').includes('hono'));
  });

  it('are choices of an argument', () => {
    assert.deepEqual(texts('completion', ''), ['bash', 'zsh', 'fish']);
  });

  it('are ids of plugins, or files, where an argument or an option is one', () => {
    for (const words of [
      ['logs', ''],
      ['logs', '-f', 'sh'],
      ['deploy', ''],
      ['rollout', 'start', ''],
      ['push', '--as', ''],
      ['call', ''],
    ]) {
      assert.deepEqual([of(...words).plugins, of(...words).files], [true, false], words.join(' '));
    }
    for (const words of [
      ['push', ''],
      ['check', 'a', ''],
      ['ls', '--token-file', ''],
      ['replay', ''],
      ['import', ''],
    ]) {
      assert.deepEqual([of(...words).files, of(...words).plugins], [true, false], words.join(' '));
    }
  });

  it('are nothing behind the last argument, and for values that nobody knows', () => {
    for (const words of [
      ['logs', 'a/b/c', ''],
      ['push', '-m', ''],
      ['logs', '--lines', '1'],
      ['nonsense', ''],
    ]) {
      assert.deepEqual(of(...words), { words: [], files: false, plugins: false }, words.join(' '));
    }
  });
});

function byTree(a: string, b: string): number {
  const names = program.commands.map((command) => command.name());
  return names.indexOf(a) - names.indexOf(b);
}
