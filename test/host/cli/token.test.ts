/** `nbox token` and `nbox audit` against an admin API. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CliHost } from './cli-host.ts';

describe('nbox token', () => {
  let host: CliHost;
  beforeEach(async () => {
    host = await CliHost.start();
  });
  afterEach(() => host.close());

  it('create, ls and revoke: the token alone is printed, and opens what it says until it is revoked', async () => {
    assert.match((await host.run(['token', 'ls'])).stdout, /There is no token but the operator’s/);
    const created = await host.run(['token', 'create', 'ci', '--scope', 'deploy', '--reach', 'demo/hello', '--expires', '90d']);
    assert.equal(created.code, 0, created.stderr);
    assert.match(created.stdout, /^nbox_[A-Za-z0-9_-]{43}\n$/);
    assert.match(created.stderr, /^ci: deploy of demo\/hello, until 20\d\d-\d\d-\d\dT.*; shown only this once:\n$/);
    const NBOX_TOKEN = created.stdout.trim();
    assert.equal((await host.run(['ls'], { env: { NBOX_TOKEN } })).code, 0);
    const refused = await host.run(['token', 'ls'], { env: { NBOX_TOKEN } });
    assert.deepEqual(
      [refused.code, refused.stderr],
      [4, 'nbox: forbidden: This needs a token with the scope admin; this one has deploy\n'],
    );
    const [head, row] = (await host.run(['token', 'ls'])).stdout.split('\n');
    assert.match(head as string, /^NAME +ID +SCOPE +REACH +EXPIRES +LAST USED +MADE BY$/);
    assert.match(row as string, /^ci +[0-9a-f]{16} +deploy +demo\/hello +20\S+ +20\S+ +admin$/);
    assert.equal((await host.run(['token', 'revoke', 'ci'])).stdout, 'ci is revoked\n');
    assert.equal((await host.run(['ls'], { env: { NBOX_TOKEN } })).code, 4);
    const gone = await host.run(['token', 'revoke', 'ci']);
    assert.deepEqual([gone.code, gone.stderr.split('\n')[0]], [1, 'nbox: There is no token ci that this one may revoke']);
  });

  it('create --json says it as the host does, and --expires takes a time', async () => {
    const { stdout } = await host.run([
      'token',
      'create',
      'a',
      '--scope',
      'read',
      '--reach',
      '*',
      '--expires',
      '2999-01-01T00:00:00Z',
      '--json',
    ]);
    const { token, expiresAt } = JSON.parse(stdout);
    assert.match(token, /^nbox_/);
    assert.equal(expiresAt, '2999-01-01T00:00:00.000Z');
    const listed = JSON.parse((await host.run(['token', 'ls', '--json'])).stdout);
    assert.deepEqual([listed.length, listed[0].name, listed[0].token], [1, 'a', undefined]);
  });

  it('refuses what is no time, and tells the host’s refusals', async () => {
    const odd = await host.run(['token', 'create', 'a', '--scope', 'read', '--reach', '*', '--expires', 'soon']);
    assert.equal(odd.code, 2);
    assert.match(odd.stderr, /--expires is "soon"; it may be 30m, 12h, 90d/);
    const scope = await host.run(['token', 'create', 'a', '--scope', 'root', '--reach', '*']);
    assert.equal(scope.code, 1);
    assert.match(scope.stderr, /^nbox: invalid_body: .*\(at \/scope\)$/m);
    assert.equal((await host.run(['token', 'create', 'a', '--scope', 'read'])).code, 2);
  });
});

describe('nbox audit', () => {
  let host: CliHost;
  beforeEach(async () => {
    host = await CliHost.start();
    await host.run(['token', 'create', 'ci', '--scope', 'read', '--reach', 'demo']);
    await host.run(['budgets', 'set', 'shop', '--window', '1h', '--calls', '5']);
  });
  afterEach(() => host.close());

  it('lists who changed what, and what has become of it', async () => {
    const { stdout, code } = await host.run(['audit']);
    assert.equal(code, 0);
    const [head, first, second] = stdout.split('\n');
    assert.match(head as string, /^ROW +AT +WHO +WHAT +PLUGIN +OUTCOME +CHANGE$/);
    assert.match(first as string, /^2 +20\S+ +admin +PUT \/v1\/budgets\/:domain +shop +ok +nothing → \{"window":"1h","calls":5/);
    assert.match(second as string, /^1 +20\S+ +admin +POST \/v1\/tokens +demo +ok +nothing → \{"id":/);
    const of = JSON.parse((await host.run(['audit', '--plugin', 'shop', '--format', 'json'])).stdout);
    assert.deepEqual(
      of.map(({ number }: { number: number }) => number),
      [2],
    );
    assert.match((await host.run(['audit', '--actor', 'nobody'])).stdout, /There is nothing of that/);
    const lines = (await host.run(['audit', '--format', 'ndjson'])).stdout.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).number),
      [1, 2],
    );
    assert.equal((await host.run(['audit', '--format', 'xml'])).code, 2);
  });

  it('verify says that all of it is there, and fails where it is not', async () => {
    const whole = await host.run(['audit', 'verify']);
    assert.equal(whole.code, 0, whole.stderr);
    const [, known] = /^All 2 rows are as they were written\.\nThe last is (2:[0-9a-f]{64})\nKeep that/.exec(whole.stdout) ?? [];
    assert.ok(known, whole.stdout);
    assert.equal((await host.run(['audit', 'verify', '--known', known])).code, 0);
    const other = await host.run(['audit', 'verify', '--known', `2:${'0'.repeat(64)}`]);
    assert.deepEqual([other.code, other.stderr.split('\n')[0]], [1, 'nbox: Row 2: it is not the one that is known']);
    const odd = await host.run(['audit', 'verify', '--known', '2']);
    assert.match(odd.stderr, /^nbox: invalid_query: known is "2"; it may be the number of a row, a colon, and its hash/);
    {
      using db = new DatabaseSync(join(host.admin.temp.path, 'nbox.db'));
      db.exec('DELETE FROM audit WHERE number = 2');
    }
    const cut = await host.run(['audit', 'verify', '--json']);
    assert.equal(cut.code, 1);
    assert.match(cut.stderr, /^nbox: Row 2: it is gone\n/);
    assert.equal(JSON.parse(cut.stdout).broken, 2);
  });
});
