/** Executors from inside, as code would find them that has got out of its sandbox into their own JavaScript. */

import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { ExecutorProcess } from '../../host/pool/executor-process.ts';
import { bundleExecutor } from '../../loader/builder/executor.ts';
import { bundlePrelude } from '../../loader/builder/prelude.ts';
import { leanEngine, readEngine } from '../../loader/sandbox/wasm-module.ts';
import { TempDir } from '../host/doubles.ts';
import { HostProcess } from '../support/host-process.ts';
import { token } from '../support/running-host.ts';
import type { Target } from './escape/attempt.ts';

/** Much of what is tried is Linux's. */
const linux = process.platform === 'linux';

describe(`an executor${linux ? '' : ' (skipped: it takes Linux)'}`, () => {
  let temp: TempDir;
  let target: Target;
  let web: HttpServer;
  let udp: UdpSocket;
  let sockets: Server[];
  let sibling: ChildProcess;
  /** Connections and datagrams. */
  let arrived: number;

  before(async function () {
    if (!linux) this.skip();
    temp = new TempDir();
    web = createHttpServer((_req, res) => void res.end('reached')).on('connection', () => {
      arrived += 1;
    });
    web.on('upgrade', (req, socket) => {
      sibling.once('close', () => socket.destroy());
      const accept = createHash('sha1').update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(`HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    });
    web.listen(0, '127.0.0.1');
    udp = createSocket('udp4').on('message', () => {
      arrived += 1;
    });
    udp.bind(0, '127.0.0.1');
    // Told to stay, whatever debugger is asked of it.
    sibling = spawn('sh', ['-c', 'trap "" USR1; echo up; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const socket = join(temp.path, 'socket');
    sockets = [socket, `\0nbox-test-${sibling.pid}`].map((path) =>
      createServer(() => {
        arrived += 1;
      }).listen(path),
    );
    await Promise.all([once(web, 'listening'), once(udp, 'listening'), ...sockets.map((one) => once(one, 'listening'))]);
    await once(sibling.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    const database = join(temp.path, 'nbox.db');
    new DatabaseSync(database).exec('create table t (a)');
    const secret = join(temp.path, 'secret');
    writeFileSync(secret, 'SECRET=1\n');
    target = {
      ...{ scratch: '', secret, database, socket, pid: sibling.pid as number },
      ...{ tcpPort: (web.address() as AddressInfo).port, udpPort: udp.address().port },
    };
  });
  beforeEach(() => {
    arrived = 0;
  });
  after(async () => {
    if (!linux) return;
    sibling.kill('SIGKILL');
    udp.close();
    web.closeAllConnections();
    for (const one of [web, ...sockets]) one.close();
    await once(sibling, 'close');
    temp[Symbol.dispose]();
  });

  /** Writes a program that tries to reach what it is told of, and a directory for it. */
  async function programOf(name: 'open' | 'locked', only?: string): Promise<{ program: string; scratch: string; before: string[] }> {
    const scratch = join(temp.path, only ?? name);
    mkdirSync(scratch);
    for (const file of ['module.cjs', 'spare']) writeFileSync(join(scratch, file), '');
    const told = JSON.stringify({ ...target, scratch, ...(only === undefined ? {} : { only }) });
    const program = join(realpathSync(scratch), 'executor.mjs');
    writeFileSync(program, `globalThis.target = ${told};\n${await bundleExecutor(join(import.meta.dirname, 'escape', `${name}.ts`))}`);
    return { program, scratch, before: readdirSync(scratch) };
  }

  /** Runs one as the pool does. It has been told its last when it has exited. */
  async function locked(program: string) {
    const seen = { output: '', ready: Promise.withResolvers<void>(), exited: Promise.withResolvers<string>() };
    const said = Promise.withResolvers<{ reached: string[]; refused: number }>();
    const start = {
      program,
      engine: leanEngine(await readEngine()),
      modules: await bundlePrelude(),
      eviction: { afterMs: 1e6, aboveBytes: 1e12 },
    };
    const executor = new ExecutorProcess(1, start, {
      frame: () => {},
      left: () => {},
      ready: () => seen.ready.resolve(),
      exit: (_, { reason }) => seen.exited.resolve(reason),
      output: (_, text) => {
        seen.output += text;
        const line = /^\{"reached".*\}$/m.exec(seen.output)?.[0];
        if (line !== undefined) said.resolve(JSON.parse(line));
      },
    });
    return { executor, said: said.promise, seen };
  }

  let count: number;
  it('that nothing locked down would reach all that is tried', async () => {
    const { program, scratch } = await programOf('open');
    const child = fork(program, [], { cwd: scratch, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const [answer] = (await once(child, 'message')) as [{ missed: string[]; count: number }];
    await once(child, 'close');
    assert.deepEqual(answer.missed, []);
    count = answer.count;
    assert.ok(arrived > 10, `${arrived}`);
  });

  it('reaches no file, no network, no process and no environment from its own JavaScript, and works', async () => {
    const { program, scratch, before } = await programOf('locked');
    const { executor, said, seen } = await locked(program);
    assert.deepEqual(await said, { reached: [], refused: count }, seen.output);
    // What it is there for, it can do.
    await seen.ready.promise;
    executor.kill();
    await seen.exited.promise;
    assert.equal(arrived, 0);
    assert.deepEqual(readdirSync(scratch), before);
    assert.equal(readFileSync(target.secret, 'utf8'), 'SECRET=1\n');
  });

  it('ends where somebody sets a flag of V8’s, such as those that write files', async () => {
    const { program, scratch, before } = await programOf('locked', 'have V8 write a file');
    const { said, seen } = await locked(program);
    const ended = await Promise.race([seen.exited.promise, said.then(({ reached }) => `reached ${reached}`)]);
    assert.doesNotMatch(ended, /^reached/);
    assert.ok(!existsSync(join(scratch, 'code')));
    assert.deepEqual(readdirSync(scratch), before);
  });

  it('opens no debugger when it is asked to by a signal', async () => {
    const { program } = await programOf('locked', 'nothing');
    const { executor, said, seen } = await locked(program);
    await said;
    process.kill(executor.pid as number, 'SIGUSR1');
    await seen.ready.promise;
    executor.kill();
    assert.equal(await seen.exited.promise, 'SIGKILL');
    assert.doesNotMatch(seen.output, /[Dd]ebugger/);
  });

  const hasBash = spawnSync('bash', ['--version']).status === 0;
  it(`inherits no descriptor but its channels${hasBash ? '' : ' (skipped: it takes bash)'}`, async function () {
    if (!hasBash) this.skip();
    using data = new TempDir();
    const main = fileURLToPath(new URL('../../host/cli/main.ts', import.meta.url));
    const flags = ['--port', '0', '--admin-port', '0', '--host', '127.0.0.1', '--executors', '1', '--data', data.path];
    // As a careless parent leaves them: beyond those that Node itself looks for.
    const script = 'exec 200<"$0" 201>"$0.log"; exec "$@"';
    const child = spawn('bash', ['-c', script, target.secret, process.execPath, main, 'start', ...flags], {
      env: { PATH: process.env['PATH'], NBOX_ADMIN_TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const host = await HostProcess.of(child);
    const descriptors = (pid: number) =>
      readdirSync(`/proc/${pid}/fd`).map((name) => [Number(name), readlinkSync(`/proc/${pid}/fd/${name}`)] as const);
    const open = new Set(descriptors(child.pid as number).map(([, link]) => link));
    const executors = (await host.children()).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('executor.mjs'));
    assert.ok(executors.length >= 1);
    for (const pid of executors) {
      for (const [descriptor, link] of descriptors(pid)) {
        assert.match(link, /^(socket|pipe):|^anon_inode:|^\/dev\/null$/, `${descriptor}`);
        assert.ok(/^anon_inode:|^\/dev\/null$/.test(link) || !open.has(link), `${descriptor} is the host's ${link}`);
      }
      assert.deepEqual(
        readFileSync(`/proc/${pid}/environ`, 'utf8')
          .split('\0')
          .filter((one) => one !== '' && !one.startsWith('NODE_CHANNEL_')),
        [],
      );
    }
    assert.equal((await host.stop('SIGTERM')).code, 0);
  });
});
