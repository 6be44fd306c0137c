/** host/cli/start.ts; that a host starts and stops is test/flow's. */

import assert from 'node:assert/strict';
import { startError } from '../../../host/cli/start.ts';
import { readConfig } from '../../../host/config/read-config.ts';
import { runCli } from './run-cli.ts';

describe('nbox start', () => {
  it('names each flag and variable that is wrong on a line, with exit code 2', async () => {
    const { code, stdout, stderr } = await runCli(['start', '--port', '99999', '--prot=1', 'x'], { env: { NBOX_EXECUTORS: 'many' } });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    assert.equal(lines.length, 4, stderr);
    for (const part of ['--port: "99999"', '--prot', '"x"', 'NBOX_EXECUTORS: "many"'])
      assert.ok(
        lines.some((line) => line.includes(part)),
        part,
      );
  });

  it('lets the variables of the other commands be', async () => {
    const { stderr } = await runCli(['start', '--port', 'x'], { env: { NBOX_URL: 'u', NBOX_TOKEN: 't', NBOX_TRAFFIC_URL: 't' } });
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  });
});

describe('startError(error, config)', () => {
  const config = readConfig(['--port', '80', '--admin-port', '81', '--admin-host', '10.0.0.1'], {});
  const failed = (details: object) => startError(Object.assign(new Error('listen failed\nmore'), details), config).message;

  it('names the port and the flag that takes another', () => {
    assert.equal(
      failed({ syscall: 'listen', code: 'EADDRINUSE', port: 80, address: '0.0.0.0' }),
      'Port 80 of 0.0.0.0 is in use; --port (NBOX_PORT) takes another one',
    );
    assert.match(
      failed({ syscall: 'listen', code: 'EADDRINUSE', port: 81, address: '10.0.0.1' }),
      /^Port 81 of 10.0.0.1 is in use; --admin-port /,
    );
    assert.match(failed({ syscall: 'listen', code: 'EACCES', port: 80, address: '0.0.0.0' }), /may not be used by this user; --port /);
  });

  it('names the address that is not this machine’s', () => {
    assert.match(failed({ syscall: 'listen', code: 'EADDRNOTAVAIL', port: 81, address: '10.0.0.1' }), /no address 10.0.0.1; --admin-host /);
    assert.match(failed({ syscall: 'getaddrinfo', code: 'ENOTFOUND', hostname: '10.0.0.1' }), /10.0.0.1 cannot be resolved; --admin-host /);
  });

  it('is one line for anything else', () => {
    assert.equal(failed({}), 'The host could not start: listen failed');
  });
});
