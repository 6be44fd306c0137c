/** A host whose disk is full, fails, or gives back something else than was written: changes are refused, and what is live is served. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readAll } from '../host/export/export-file.ts';
import { HostProcess, hostCommand } from '../support/host-process.ts';
import { token } from '../support/running-host.ts';

const plugin = 'demo/disk/one';

async function ask(host: HostProcess, method: string, path: string, body?: unknown) {
  const answer = await fetch(`${host.admin}${path}`, {
    ...{ method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: read by name
  return { status: answer.status, type: answer.headers.get('content-type'), json: (text === '' ? undefined : JSON.parse(text)) as any };
}

interface Disk {
  readonly what: string;
  readonly isThere: boolean;
  /** What stands before the host's command. */
  readonly before: (data: string) => readonly string[];
  readonly fail: (pid: number, data: string) => void;
  readonly mend: (pid: number, data: string) => void;
}

const mount = 'mount -t tmpfs -o size=32m,mode=700 tmpfs "$0" && exec "$@"';
/** The disk of the process, which has it for itself. */
const filler = (pid: number, data: string) => `/proc/${pid}/root${data}/filler`;
const limit = (pid: number, bytes: string) => assert.equal(spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]).status, 0);

const disks: readonly Disk[] = [
  {
    what: 'is full',
    isThere: spawnSync('unshare', ['-rm', 'sh', '-c', mount, tmpdir(), 'true']).status === 0,
    before: (data) => ['unshare', '-rm', 'sh', '-c', mount, data],
    fail: (pid, data) => {
      const file = openSync(filler(pid, data), 'w');
      try {
        for (const bytes of [65_536, 4_096, 1]) fillBy(file, bytes);
      } finally {
        closeSync(file);
      }
    },
    mend: (pid, data) => rmSync(filler(pid, data)),
  },
  {
    what: 'fails',
    isThere: spawnSync('prlimit', ['--version']).status === 0,
    before: () => [],
    // Nothing can be written behind a file's first page: SQLite is told of an error of the disk.
    fail: (pid) => limit(pid, '4096'),
    mend: (pid) => limit(pid, 'unlimited'),
  },
];

/** Until nothing more fits. */
function fillBy(file: number, bytes: number): void {
  for (;;) {
    try {
      writeSync(file, Buffer.alloc(bytes));
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      return;
    }
  }
}

for (const disk of disks) {
  describe(`a host whose disk ${disk.what}${disk.isThere ? '' : ' (skipped: this machine cannot have one)'}`, () => {
    let data: string;
    let host: HostProcess;
    before(async function () {
      if (!disk.isThere) this.skip();
      data = await mkdtemp(join(tmpdir(), 'nbox-'));
      const [command, ...args] = [...disk.before(data), ...hostCommand(data)] as [string, ...string[]];
      const { PATH, HOME } = process.env;
      host = await HostProcess.of(
        spawn(command, args, { env: { PATH, HOME, NBOX_ADMIN_TOKEN: token }, stdio: ['ignore', 'pipe', 'inherit'] }),
      );
      for (const n of [1, 2]) assert.equal((await host.put(plugin, `export default () => ${n};`)).status, 201);
      assert.equal((await host.put('demo/disk/idle', 'export default () => "idle";')).status, 201);
    });
    after(async () => {
      await host?.stop('SIGKILL');
      if (data !== undefined) await rm(data, { recursive: true, force: true });
    });

    const pid = () => host.child.pid as number;
    const push = (n: number) => ({ source: `export default () => ${n};` });
    const changes: readonly (readonly [what: string, method: string, path: string, body: unknown, status: number])[] = [
      ['a push', 'PUT', `/v1/plugins/${plugin}`, push(3), 201],
      ['a push of another plugin', 'PUT', '/v1/plugins/demo/disk/new', push(3), 201],
      [
        'a push of several',
        'POST',
        '/v1/plugins',
        {
          plugins: [
            { plugin, ...push(4) },
            { plugin: 'demo/disk/more', ...push(4) },
          ],
        },
        201,
      ],
      ['a deployment', 'POST', `/v1/plugins/${plugin}/deployments`, { releases: [{ number: 2, percentage: 100 }] }, 201],
      ['a rollback', 'POST', `/v1/plugins/${plugin}/rollback`, {}, 201],
      ['a removal', 'DELETE', `/v1/plugins/${plugin}`, undefined, 204],
    ];

    for (const [what, method, path, body, status] of changes) {
      it(`refuses ${what}, goes on serving what is live, and does it once the disk is well`, async () => {
        const history = async () => (await ask(host, 'GET', `/v1/plugins/${plugin}/deployments`)).json.deployments;
        const [deployments, answer] = [await history(), await host.text(plugin)];
        disk.fail(pid(), data);
        // Twice: what was refused leaves nothing in the way of the next.
        for (let time = 0; time < 2; time += 1) {
          const refused = await ask(host, method, path, body);
          assert.deepEqual([refused.status, refused.type, refused.json.code], [503, 'application/problem+json', 'publish_failed']);
          assert.match(refused.json.detail, /disk/);
          assert.deepEqual([await history(), await host.text(plugin), await host.text('demo/disk/idle')], [deployments, answer, '"idle"']);
        }
        disk.mend(pid(), data);
        const done = await ask(host, method, path, body);
        assert.equal(done.status, status, JSON.stringify(done.json));
      });
    }

    it('exports what it has', async () => {
      disk.fail(pid(), data);
      const answer = await fetch(`${host.admin}/v1/export`, { headers: { authorization: `Bearer ${token}` } });
      const { rows } = await readAll(Buffer.from(await answer.arrayBuffer()));
      disk.mend(pid(), data);
      assert.deepEqual(
        rows.flatMap((row) => (row.kind === 'plugin' && row.live !== null ? [row.plugin] : [])),
        ['demo/disk/idle', 'demo/disk/more', 'demo/disk/new'],
      );
    });
  });
}

describe('a host whose database is damaged while it runs', () => {
  let data: string;
  let host: HostProcess | undefined;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
    await mkdir(data, { recursive: true });
    host = await HostProcess.start(data);
    assert.equal((await host.put('demo/disk/called', 'export default () => "called";')).status, 201);
    // So large that it has pages of its own, in source, code and snapshot.
    const text = randomBytes(100_000).toString('base64');
    assert.equal((await host.put('demo/disk/idle', `const text = "${text}"; export default () => text;`)).status, 201);
    // What it has written goes from its log into the database when it ends.
    await host.stop('SIGTERM');
    // Another version's: so that the next host makes its own, and stores it.
    using db = new DatabaseSync(join(data, 'nbox.db'));
    db.exec("UPDATE snapshots SET base = 'another' WHERE plugin = 'demo/disk/called'");
  });
  after(async () => {
    await host?.stop('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  it('serves what is loaded, and answers what it cannot read or write by its code', async () => {
    const running = await HostProcess.start(data);
    host = running;
    const file = openSync(join(data, 'nbox.db'), 'r+');
    const { size } = fstatSync(file);
    assert.equal(await running.text('demo/disk/called'), '"called"');
    // All but the first page, which says that it is a database.
    for (let at = 4_096; at < size; at += 4_096) writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, at);
    closeSync(file);

    const source = await ask(running, 'GET', '/v1/plugins/demo/disk/idle/releases/1/source');
    assert.deepEqual([source.status, source.type, source.json.code], [500, 'application/problem+json', 'internal_error']);
    assert.doesNotMatch(source.json.detail, /malformed/);
    const pushed = await running.put('demo/disk/new', 'export default () => 1;');
    assert.ok(['publish_failed', 'internal_error'].includes(((await pushed.json()) as { code: string }).code));
    const idle = await fetch(`${running.traffic}/demo/disk/idle`);
    assert.deepEqual([idle.status, ((await idle.json()) as { code: string }).code], [500, 'internal_error']);
    const exported = await fetch(`${running.admin}/v1/export`, { headers: { authorization: `Bearer ${token}` } });
    await assert.rejects(async () => {
      if (exported.status !== 200) throw new Error(((await exported.json()) as { code: string }).code);
      await readAll(Buffer.from(await exported.arrayBuffer()));
    });
    assert.equal(await running.text('demo/disk/called'), '"called"');
    assert.equal((await fetch(`${running.admin}/healthz`)).status, 200);
  });
});
