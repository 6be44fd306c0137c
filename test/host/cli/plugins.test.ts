/** host/cli/ls.ts, rm.ts and usage.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { age } from '../../../host/cli/ls.ts';
import { CliHost } from './cli-host.ts';

describe('nbox ls, rm and usage', () => {
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
  });
  after(() => host.close());

  it('ls says so where there is none', async () => {
    assert.match((await host.run(['ls'])).stdout, /There is no plugin yet/);
    assert.deepEqual(JSON.parse((await host.run(['ls', '--json'])).stdout), []);
  });

  it('ls lists id, release, age, owner and description', async () => {
    const manifest = { owner: 'team-a', description: 'Says\nhello \u001b[31m' };
    assert.equal((await host.admin.push({ source: 'export default 1', manifest })).status, 201);
    const { code, stdout } = await host.run(['ls']);
    assert.equal(code, 0);
    const [head, row, ...rest] = stdout.trimEnd().split('\n') as [string, string];
    assert.match(head, /^PLUGIN +RELEASE +AGE +OWNER +DESCRIPTION$/);
    assert.match(row, /^demo\/hello\/world +1 +\d+d +team-a +Says\\u000ahello \\u001b\[31m$/);
    assert.deepEqual(rest, []);
    const [json] = JSON.parse((await host.run(['ls', '--json'])).stdout);
    assert.deepEqual([json.plugin, json.release.number, json.interfaces], ['demo/hello/world', 1, ['fetch']]);
  });

  it('usage shows one plugin, and all', async () => {
    host.admin.totals.record({
      ...{ plugin: 'demo/hello/world', release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, outcome: 'ok' },
      ...{
        waitUs: 10,
        initUs: 0,
        cpuUs: 1_500,
        wallUs: 2_000,
        steps: 1,
        memoryPeakBytes: 2_097_152,
        hostCalls: 0,
        bytesIn: 1,
        bytesOut: 2,
      },
    });
    for (const args of [['usage'], ['usage', 'demo/hello/world']]) {
      const { code, stdout, stderr } = await host.run(args);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^PLUGIN .*\ndemo\/hello\/world +1 +0 +1\.5 ms .* 2\.0 MiB\n(?:\nWHO USES THE MACHINE [\s\S]*)?$/);
    }
    assert.equal(JSON.parse((await host.run(['usage', 'demo/hello/world', '--json'])).stdout).calls, 1);
    assert.match((await host.run(['usage', 'demo/hello/nobody'])).stderr, /no_such_plugin: There is no plugin demo\/hello\/nobody/);
  });

  it('releases, deploy, rollback, diff and deployments', async () => {
    const plugin = 'demo/hello/world';
    await host.admin.push({ source: 'export default 2', manifest: { owner: 'team-a' }, message: 'second \u001b[31m' });
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await host.run(args);
      assert.equal(code, 0, stderr);
      return stdout.trimEnd();
    };
    const releases = (await run('releases', plugin)).split('\n');
    assert.match(releases[0] as string, /^RELEASE +CONTENT +AGE +SOURCE +CALLS +WHO +WHY$/);
    assert.match(
      releases[1] as string,
      /^ +2 +[0-9a-f]{12} +\d+d +16 B +100% +token:[0-9a-f]+ +second \\u001b\[31m$|^ +2 +[0-9a-f]{12} .* 100% /,
    );
    assert.equal(JSON.parse(await run('releases', plugin, '--json')).length, 2);

    assert.equal(await run('deploy', plugin, '2=10', '1', '-m', 'slowly'), `${plugin}  deployment 3: 1 90%, 2 10%`);
    assert.match(await run('deploy', plugin, '1=90', '2'), /it was so already/);
    assert.equal(await run('rollback', plugin, '-m', 'worse'), `${plugin}  deployment 4: 1`);
    const history = await run('deployments', plugin);
    assert.match(history, /^DEPLOYMENT +RELEASES +AGE +BY +WHO +WHY\n +4 +1 .* rollback .* worse\n +3 +1 90%, 2 10% .* deploy .* slowly\n/);
    assert.equal(JSON.parse(await run('deployments', plugin, '--json')).length, 4);
    assert.match(await run('diff', plugin, '2'), /^changed {2}index\.ts\n@@.*\n-export default 1\n[\s\S]*\n\+export default 2/);
    assert.match(await run('diff', plugin, '2', '2'), /have the same files/);

    for (const args of [
      ['deploy', plugin, 'x'],
      ['deploy', plugin, '1', '2'],
      ['rollback', plugin, '--to', '0'],
      ['diff', plugin, '1.5'],
    ]) {
      assert.equal((await host.run(args)).code, 2, args.join(' '));
    }
    assert.match((await host.run(['deploy', plugin, '1=50', '2=49'])).stderr, /invalid_deployment: .*99/);
    assert.match((await host.run(['rollback', plugin])).stderr, /nothing_to_roll_back/);
  });

  it('rollout start, status, pause, promote, resume and abort', async () => {
    const plugin = 'demo/hello/world';
    await host.admin.push({ source: 'export default 3' });
    await host.admin.push({ source: 'export default 4' }, { path: `/v1/plugins/${plugin}?percentage=0` });
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await host.run(['rollout', ...args]);
      assert.equal(code, 0, stderr);
      return stdout.trimEnd();
    };
    const head = `${plugin}  rollout 1 of release 4 over 3`;
    const started = await run(
      'start',
      plugin,
      '4',
      '--steps',
      '5,25%,100',
      '--hold',
      '600',
      '--timeout',
      '6000',
      '-m',
      'slowly \u001b[31m',
    );
    assert.equal(started, `${head}: running at 5% of 5, 25, 100`);
    assert.equal(await run('pause', plugin), `${head}: paused at 5% of 5, 25, 100`);
    assert.equal(await run('promote', plugin, '-m', 'now'), `${head}: paused at 25% of 5, 25, 100`);
    const shown = await run('status', plugin);
    assert.match(
      shown,
      /^.* paused at 25% .*\n {2}waits: It is paused\n {2}waits: The step is held for 600 s more\n {2}waits: Of release 4 0 of 100 /,
    );
    assert.match(shown, /\n\nRELEASE +CALLS +FAILED +CPU P50 .*\n +4 +0 +0 +0 ms .*\n +3 +0 /);
    assert.match(shown, /\n\nDECISION +CALLS +AGE +WHO +WHY\nstarted +5% .* slowly \\u001b\[31m\npaused +5% .*\npromoted +25% .* now$/);
    assert.equal(JSON.parse(await run('status', plugin, '--json')).timeoutSeconds, 6_000);
    assert.match(await run('resume', plugin), /running at 25%/);
    assert.equal(await run('abort', plugin), `${head}: aborted`);
    assert.match((await host.run(['rollout', 'abort', plugin])).stderr, /rollout_over: Rollout 1 /);
    assert.match((await host.run(['rollout', 'start', plugin, '4', '--samples', '1'])).stderr, /invalid_body/);
    for (const args of [
      ['start', plugin, 'x'],
      ['start', plugin, '4', '--steps', '1,x'],
      ['start', plugin],
      ['begin', plugin],
    ]) {
      assert.equal((await host.run(['rollout', ...args])).code, 2, args.join(' '));
    }
  });

  it('rm needs --yes where there is no terminal', async () => {
    const asked = await host.run(['rm', 'demo/hello/world'], { input: 'y\n' });
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /no terminal to ask on\n.*--yes/);
    assert.notEqual(await host.admin.store.plugin('demo/hello/world' as never), undefined);

    const removed = await host.run(['rm', 'demo/hello/world', '--yes']);
    assert.deepEqual(removed, { code: 0, stdout: 'demo/hello/world is removed\n', stderr: '' });
    const again = await host.run(['rm', 'demo/hello/world', '-y']);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^nbox: no_such_plugin: /);
  });
});

describe('age(elapsedMs)', () => {
  it('is one unit', () => {
    assert.deepEqual([-5, 0, 119_999, 120_000, 7_199_000, 7_200_000, 172_799_000, 172_800_000].map(age), [
      '0s',
      '0s',
      '119s',
      '2m',
      '119m',
      '2h',
      '47h',
      '2d',
    ]);
  });
});
