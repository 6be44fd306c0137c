/** A project with libraries of its own, from `nbox push` to a call: black box, on a whole host that approves none of them. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../host/cli/run-cli.ts';
import { RunningHost, token } from '../support/running-host.ts';

const modules = join(import.meta.dirname, '../../node_modules');

describe('nbox push of a project with libraries', () => {
  let host: RunningHost;
  let directory: string;
  before(async () => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'nbox-packed-')));
    mkdirSync(join(directory, 'approved'));
    writeFileSync(join(directory, 'approved/package.json'), '{ "dependencies": {} }');
    host = await RunningHost.start(['--libraries', join(directory, 'approved')]);
  });
  after(async () => {
    await host.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const push = (folder: string) => runCli(['push', join(directory, folder)], { env: { NBOX_URL: host.adminUrl, NBOX_TOKEN: token } });

  function write(folder: string, files: Readonly<Record<string, string>>, linked: readonly string[]): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, folder, name)), { recursive: true });
      writeFileSync(join(directory, folder, name), text);
    }
    mkdirSync(join(directory, folder, 'node_modules'), { recursive: true });
    for (const name of linked) symlinkSync(join(modules, name), join(directory, folder, 'node_modules', name));
  }

  it('makes it live with what it imports', async () => {
    const source = `
      import { Hono } from 'hono';
      import { contextStorage, getContext } from 'hono/context-storage';
      import dayjs from 'dayjs';
      import utc from 'dayjs/plugin/utc';
      import { z } from 'zod';
      import help from './help.html';
      dayjs.extend(utc);
      const Order = z.object({ at: z.iso.datetime(), n: z.number().int() });
      type Env = { Variables: { unit: string } };
      const app = new Hono<Env>().use(contextStorage());
      app.use(async (c, next) => { c.set('unit', 'pcs'); await next(); });
      const told = async (n: number) => { await null; return n + ' ' + getContext<Env>().var.unit; };
      app.get('/help', (c) => c.html(help));
      app.post('/', async (c) => {
        const order = Order.safeParse(await c.req.json());
        if (!order.success) return c.json(order.error.issues.map(({ path }) => path.join('.')), 400);
        return c.json([await told(order.data.n), dayjs.utc(order.data.at).add(1, 'month').format('YYYY-MM-DD')]);
      });
      export default app;`;
    const dependencies = { hono: '*', dayjs: '*', zod: '*' };
    write(
      'shop/orders/project',
      {
        'src/index.ts': source,
        'src/help.html': '<p>help</p>',
        'nbox.json': '{ "entry": "src/index.ts" }',
        'package.json': JSON.stringify({ dependencies }),
      },
      Object.keys(dependencies),
    );
    const { code, stdout, stderr } = await push('shop/orders/project');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /packed +dayjs \d+\.\d+\.\d+ \(\d+ KiB\), hono \S+ \(\d+ KiB\), zod \S+ \(\S+ \w+\): \d+ files, \S+ MiB/);
    const post = (body: unknown) => host.call('shop/orders/project/', { method: 'POST', body: JSON.stringify(body) });
    assert.deepEqual(await (await post({ at: '2024-01-31T00:00:00Z', n: 2 })).json(), ['2 pcs', '2024-02-29']);
    assert.deepEqual(await (await post({ at: 'now', n: 2.5 })).json(), ['at', 'n']);
    assert.equal(await host.text('shop/orders/project/help'), '<p>help</p>');
    assert.match((await push('shop/orders/project')).stdout, /unchanged/);
  });

  it('a micro app on Hono, with zod, tokens by jose and an upload', async () => {
    const source = `
      import { Hono } from 'hono';
      import { createMiddleware } from 'hono/factory';
      import { errors, jwtVerify, SignJWT } from 'jose';
      import { z } from 'zod';
      const key = new TextEncoder().encode('a secret that is long enough for HS256');
      const Login = z.object({ user: z.string().min(1) });
      const signedIn = createMiddleware<{ Variables: { user: string } }>(async (c, next) => {
        try {
          const { payload } = await jwtVerify((c.req.header('authorization') ?? '').replace(/^Bearer /, ''), key, { issuer: 'shop' });
          c.set('user', String(payload.sub));
        } catch (error) {
          if (error instanceof errors.JOSEError) return c.json({ code: error.code }, 401);
          throw error;
        }
        return next();
      });
      const app = new Hono();
      app.post('/login', async (c) => {
        const login = Login.safeParse(await c.req.json());
        if (!login.success) return c.json(login.error.issues.map(({ path }) => path.join('.')), 400);
        return c.text(await new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer('shop').setSubject(login.data.user).setExpirationTime('1h').sign(key));
      });
      app.post('/photos', signedIn, async (c) => {
        const form = await c.req.formData();
        const photo = form.get('photo');
        if (!(photo instanceof File)) return c.json({ code: 'no_photo' }, 400);
        const sum = (await photo.bytes()).reduce((total, byte) => (total + byte) % 65_536, 0);
        return c.json({ user: c.get('user'), title: form.get('title'), name: photo.name, type: photo.type, size: photo.size, sum });
      });
      export default app;`;
    const dependencies = { hono: '*', jose: '*', zod: '*' };
    write('shop/photos/app', { 'index.ts': source, 'package.json': JSON.stringify({ dependencies }) }, Object.keys(dependencies));
    const { code, stderr } = await push('shop/photos/app');
    assert.equal(code, 0, stderr);
    const login = (body: unknown) => host.call('shop/photos/app/login', { method: 'POST', body: JSON.stringify(body) });
    assert.deepEqual(await (await login({ user: '' })).json(), ['user']);
    const jwt = await (await login({ user: 'ada' })).text();
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
    const upload = (authorization: string) => {
      const body = new FormData();
      body.set('title', 'Grüße');
      body.set('photo', new File([bytes], 'sunset.png', { type: 'image/png' }));
      return host.call('shop/photos/app/photos', { method: 'POST', headers: { authorization }, body });
    };
    const sum = bytes.reduce((total, byte) => (total + byte) % 65_536, 0);
    assert.deepEqual(await (await upload(`Bearer ${jwt}`)).json(), {
      ...{ user: 'ada', title: 'Grüße', name: 'sunset.png', type: 'image/png', size: bytes.length, sum },
    });
    const refused = await upload(`Bearer ${jwt.slice(0, -4)}AAAA`);
    assert.deepEqual([refused.status, await refused.json()], [401, { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }]);
  });

  it('fails on their types as on its own, and tells what is not installed', async () => {
    write(
      'shop/orders/wrong',
      {
        'index.ts': "import { z } from 'zod';\nconst n: number = z.string().parse('a');\nexport default () => n;",
        'package.json': '{ "dependencies": { "zod": "*" } }',
      },
      ['zod'],
    );
    assert.match((await push('shop/orders/wrong')).stderr, /wrong\/index\.ts:2:7 {2}error {2}TS2322/);
    write(
      'shop/orders/absent',
      { 'index.js': "import z from 'zod';\nexport default () => z;", 'package.json': '{ "dependencies": { "zod": "*" } }' },
      [],
    );
    const { code, stderr } = await push('shop/orders/absent');
    assert.equal(code, 1);
    assert.match(stderr, /absent\/index\.js:1:15 .* package\.json lists the library, but it was not packed: install it \(npm ci\)/);
  });
});
