/** host/cli/doctor.ts and doctor/running-host.ts, as a process. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { hostFindings } from '../../../../host/cli/doctor/running-host.ts';
import { TempDir } from '../../doubles.ts';
import { CliHost } from '../cli-host.ts';
import { runCli } from '../run-cli.ts';

describe('nbox doctor', () => {
  let host: CliHost;
  let temp: TempDir;
  before(async () => {
    host = await CliHost.start();
    temp = new TempDir();
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });
  const flags = () => ['--', '--port', '0', '--admin-port', '0', '--data', join(temp.path, 'data')];

  it('says what is well, with a host that runs and takes the token', async () => {
    const { stdout } = await host.run(['doctor', ...flags()]);
    assert.match(stdout, /^✓ runtime +Node 26/m);
    assert.match(stdout, /^✓ host +http:\/\/127\.0\.0\.1:\d+ is ready$/m);
    assert.match(stdout, /^✓ token +that of NBOX_TOKEN is taken; 0 plugins are live$/m);
    assert.match(stdout, /\n\n\d+ good, \d+ to think about, 0 wrong\n$/);
  });

  it('exits with 1 where something is wrong, and says what to do', async () => {
    const { code, stdout } = await host.run(['doctor', '--json', ...flags()], { env: { NBOX_TOKEN: 'another' } });
    assert.equal(code, 1);
    const { ok, findings } = JSON.parse(stdout);
    const token = findings.find(({ name }: { name: string }) => name === 'token');
    assert.deepEqual([ok, token.state, token.what], [false, 'wrong', 'that of NBOX_TOKEN is refused: unauthorized']);
    assert.match(token.advice, /NBOX_TOKEN/);
  });

  it('tells options that a host would refuse, and takes its variables, too', async () => {
    const { code, stdout } = await host.run(['doctor', '--', '--prot', '1'], { env: { NBOX_EXECUTORS: 'many' } });
    assert.equal(code, 1);
    assert.match(stdout, /✗ options +--prot: there is no such flag; did you mean --port\?/);
    assert.match(stdout, /✗ options +NBOX_EXECUTORS: "many" is not valid/);
  });

  it('tells that no host runs, and that there is no token', async () => {
    const { stdout, stderr } = await runCli(['doctor', '--url', 'http://127.0.0.1:9', ...flags()]);
    assert.equal(stderr, '');
    assert.match(stdout, /! host +No nbox host answers at http:\/\/127\.0\.0\.1:9/);
  });

  it('tells a host that is not ready, plain HTTP to another machine, a clock that differs, and what is no host', async () => {
    host.admin.state = { ready: false, reason: 'executors are starting' };
    const settings = { url: host.url, token: 'x', tokenFrom: 'here' };
    const found = await hostFindings(settings, host.url, () => Date.now() + 120_000);
    host.admin.state = { ready: true };
    assert.deepEqual(
      found.map(({ name, state }) => [name, state]),
      [
        ['host', 'warning'],
        ['host’s clock', 'warning'],
        ['token', 'wrong'],
      ],
    );
    const far = await hostFindings(new Error('none'), 'http://nowhere.invalid:1', Date.now);
    assert.deepEqual(
      far.map(({ name, state }) => [name, state]),
      [
        ['host', 'warning'],
        ['transport', 'warning'],
      ],
    );
    const other = await hostFindings(settings, `${host.url}/elsewhere`, Date.now);
    assert.match(other[0]?.what ?? '', /is no nbox host: status 4\d\d/);
  });
});
