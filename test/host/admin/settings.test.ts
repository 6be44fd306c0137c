/** GET /v1/settings: every option, and no secret. */

import assert from 'node:assert/strict';
import { formatAllowance, parseAllowance } from '../../../guards/egress.ts';
import { type SettingView, settingRoutes } from '../../../host/admin/settings.ts';
import { configOptions } from '../../../host/config/options.ts';
import { readConfig } from '../../../host/config/read-config.ts';
import { AdminHost } from './admin-host.ts';

/** What the route would answer with this configuration. */
function settingsOf(flags: readonly string[], env: Record<string, string> = {}): Map<string, SettingView> {
  const [route] = settingRoutes({ config: readConfig(flags, env), version: '1.2.3', startedAt: 0 });
  const ctx = { body: undefined as unknown };
  void route?.handle(ctx as never, {});
  return new Map((ctx.body as { settings: SettingView[] }).settings.map((one) => [one.name, one]));
}

describe('GET /v1/settings', () => {
  it('has every option once, with what it is', async () => {
    const host = await AdminHost.start();
    const { status, json } = await host.ask('GET', '/v1/settings');
    await host.close();
    assert.equal(status, 200);
    assert.deepEqual(
      json.settings.map(({ name }: SettingView) => name),
      configOptions.map(({ name }) => name),
    );
    assert.deepEqual([json.host.version, json.host.node], ['0.0.0', process.versions.node]);
  });

  it('tells of a secret that it is set, and nothing else', () => {
    const env = { NBOX_ADMIN_TOKEN: 'do-not-tell-this', NBOX_SCALER_TOKEN: 'nor-this-at-all', NBOX_OTLP_HEADERS: 'x-key=nor%20that' };
    const settings = settingsOf([], env);
    const text = JSON.stringify([...settings.values()]);
    for (const secret of ['do-not-tell-this', 'nor-this-at-all', 'nor that', 'nor%20that', 'x-key'])
      assert.ok(!text.includes(secret), secret);
    for (const name of ['adminToken', 'scalerToken', 'otlpHeaders']) {
      assert.deepEqual([settings.get(name)?.secret, settings.get(name)?.value], [true, 'set'], name);
      assert.equal(settingsOf([]).get(name)?.value, null, name);
    }
  });

  it('writes values as they would be set', () => {
    const flags = [
      '--lanes',
      'critical=2,batch=1-4',
      '--egress-allow',
      '*.internal.example,127.0.0.1:9000,10.0.0.0/8',
      '--admin-hosts',
      'a.example,b.example',
    ];
    const settings = settingsOf([...flags, '--port', '9000', '--egress', 'false']);
    const value = (name: string) => settings.get(name)?.value;
    assert.equal(value('lanes'), 'critical=2,batch=1-4');
    assert.equal(value('egressAllow'), '*.internal.example,127.0.0.1:9000,10.0.0.0/8');
    assert.equal(value('adminHosts'), 'a.example,b.example');
    assert.deepEqual([value('port'), value('egress'), value('logFile')], ['9000', 'false', null]);
  });
});

describe('formatAllowance(allowance)', () => {
  for (const text of [
    'stock.internal',
    'stock.internal:8080',
    '*.internal.example',
    '127.0.0.1',
    '127.0.0.1:9000',
    '10.0.0.0/8',
    'fd00::/8',
    '::1',
    '[::1]:9000',
  ]) {
    it(`writes ${text} as it is read`, () => {
      const allowance = parseAllowance(text);
      assert.ok(allowance);
      assert.deepEqual(parseAllowance(formatAllowance(allowance)), allowance);
    });
  }
});
