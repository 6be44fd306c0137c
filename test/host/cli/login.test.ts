/** `nbox login`, `nbox logout`, and what other commands make of it. */

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { token } from '../admin/admin-host.ts';
import { TempDir } from '../doubles.ts';
import { CliHost } from './cli-host.ts';
import { runCli } from './run-cli.ts';

describe('nbox login', () => {
  let host: CliHost;
  let temp: TempDir;
  let file: string;
  beforeEach(async () => {
    host = await CliHost.start();
    temp = new TempDir();
    file = join(temp.path, 'nbox', 'config.json');
  });
  afterEach(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });
  const run = (args: readonly string[], input = '', env: Record<string, string> = {}) =>
    runCli(args, { input, env: { XDG_CONFIG_HOME: temp.path, ...env } });
  const config = () => JSON.parse(readFileSync(file, 'utf8'));

  it('keeps the token for its owner alone, once the host has taken it; logout takes it out again', async () => {
    const { code, stdout, stderr } = await run(['login', '--url', host.url], `${token}\n`);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, `Logged in to ${host.url} as admin: admin of *\n`);
    assert.deepEqual(config(), { url: host.url, token });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(temp.path, 'nbox')).mode & 0o777, 0o700);
    assert.equal((await run(['ls'])).code, 0);
    assert.equal((await run(['logout'])).stdout, `The token for ${host.url} is out of ${file}\n`);
    assert.deepEqual(config(), {});
    assert.equal((await run(['ls'])).code, 4);
    assert.equal((await run(['logout'])).code, 2);
  });

  it('keeps as many as there are names, which --profile and NBOX_PROFILE choose', async () => {
    const reading = (await host.run(['token', 'create', 'reading', '--scope', 'read', '--reach', 'demo'])).stdout;
    await run(['login', '--url', host.url], token);
    const other = await run(['login', '--profile', 'reading', '--url', host.url, '--traffic-url', 'http://127.0.0.1:1/'], reading);
    assert.equal(other.stdout, `Logged in to ${host.url} as reading: read of demo\n`);
    assert.deepEqual(config(), {
      ...{ url: host.url, token },
      profiles: { reading: { url: host.url, token: reading.trim(), trafficUrl: 'http://127.0.0.1:1' } },
    });
    const tokens = ['token', 'ls'];
    assert.equal((await run(tokens)).code, 0);
    assert.match((await run([...tokens, '--profile', 'reading'])).stderr, /forbidden/);
    assert.match((await run(tokens, '', { NBOX_PROFILE: 'reading' })).stderr, /forbidden/);
    // What a flag says goes before the environment, and that before the profile that it names itself.
    assert.match((await run([...tokens, '--profile', 'reading'], '', { NBOX_TOKEN: token })).stderr, /forbidden/);
    assert.equal((await run(tokens, '', { NBOX_PROFILE: 'reading', NBOX_TOKEN: token })).code, 0);
    await run(['logout', '--profile', 'reading']);
    assert.deepEqual(config(), { url: host.url, token, profiles: {} });
    const gone = await run([...tokens, '--profile', 'reading']);
    assert.equal(gone.code, 2);
    assert.match(gone.stderr, /There is no profile reading in .*\n {2}`nbox login --profile reading --url <url>` makes it/);
  });

  it('keeps nothing that the host does not take', async () => {
    const { code, stderr } = await run(['login', '--url', host.url], 'wrong');
    assert.equal(code, 4);
    assert.match(stderr, /unauthorized: .*\n {2}The token came from standard input/);
    assert.throws(() => statSync(file));
    for (const [args, input, pattern] of [
      [[], '', /There is no token on standard input/],
      [[], 'two words', /The token of standard input is not one/],
      [[], 'x'.repeat(10_000), /There is more on standard input than a token/],
      [['--profile', '../x'], token, /is no name of a profile/],
      [['--profile', '__proto__'], token, /is no name of a profile/],
    ] as const) {
      const wrong = await run(['login', '--url', host.url, ...args], input);
      assert.deepEqual([wrong.code, pattern.test(wrong.stderr)], [2, true], wrong.stderr);
    }
    assert.throws(() => statSync(file));
  });

  it('keeps what is in the file already, and closes it to others', async () => {
    await run(['login', '--profile', 'a', '--url', host.url], token);
    writeFileSync(file, JSON.stringify({ ...config(), trafficUrl: 'http://127.0.0.1:9' }));
    chmodSync(file, 0o644);
    const { code } = await run(['login', '--profile', 'b', '--url', host.url], token);
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(config().profiles), ['a', 'b']);
    assert.equal(config().trafficUrl, 'http://127.0.0.1:9');
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
