/** host/config/ */

import assert from 'node:assert/strict';
import { ConfigError, laneCounts } from '../../../host/config/config.ts';
import { configOptions } from '../../../host/config/options.ts';
import { configHelp, readConfig } from '../../../host/config/read-config.ts';

function problemsOf(flags: string[], env: Record<string, string> = {}): readonly string[] {
  try {
    readConfig(flags, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  throw new assert.AssertionError({ message: 'no ConfigError' });
}

describe('readConfig(flags, env)', () => {
  it('has a default for everything, and is frozen', () => {
    const config = readConfig([], {});
    assert.equal(config.port, 8080);
    assert.equal(config.adminPort, 8081);
    assert.equal(config.host, '0.0.0.0');
    assert.equal(config.adminHost, '127.0.0.1');
    assert.equal(config.drainMs, 10_000);
    assert.equal(config.plugins, undefined);
    assert.equal(config.adminToken, undefined);
    assert.match(config.data, /^\/.*\.nbox$/);
    assert.match(config.libraries, /libraries$/);
    assert.ok(config.executors >= 2 && config.executors <= 8);
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.adminHosts));
  });

  it('takes --port 80, --port=80 and NBOX_PORT', () => {
    assert.equal(readConfig(['--port', '80'], {}).port, 80);
    assert.equal(readConfig(['--port=80'], {}).port, 80);
    assert.equal(readConfig([], { NBOX_PORT: '80' }).port, 80);
  });

  it('takes bounds of the number of executors; what is not set follows from what is', () => {
    const counts = (...flags: string[]) => {
      const { executors, executorsMin, executorsMax } = readConfig(flags, {});
      return [executorsMin, executors, executorsMax];
    };
    assert.deepEqual(counts('--executors=3'), [3, 3, 3]);
    assert.deepEqual(counts('--executors=3', '--executors-max=5'), [3, 3, 5]);
    assert.deepEqual(counts('--executors=3', '--executors-min=1'), [1, 3, 3]);
    assert.deepEqual(counts('--executors-min=1', '--executors-max=1'), [1, 1, 1]);
    assert.deepEqual(counts('--executors-min=60'), [60, 60, 60]);
    assert.deepEqual(counts('--executors-max=1'), [1, 1, 1]);
    const lanes = laneCounts(readConfig(['--executors=2', '--executors-max=4', '--lanes=batch=1-2'], {}));
    assert.deepEqual(
      [...lanes],
      [
        ['standard', { first: 2, least: 2, most: 4 }],
        ['batch', { first: 1, least: 1, most: 2 }],
      ],
    );
  });

  it('prefers flags to variables, and the last of a flag', () => {
    assert.equal(readConfig(['--port', '1', '--port=2'], { NBOX_PORT: '3' }).port, 2);
  });

  it('takes every option by its flag and its variable', () => {
    const values: Record<string, string> = {
      host: '::1',
      adminHost: 'localhost',
      logLevel: 'warn',
      otlpEndpoint: 'http://127.0.0.1:4318',
      otlpHeaders: 'x-key=1',
      traceRatio: '0.5',
      logFormat: 'json',
      adminHosts: 'Admin.example.com, b',
      exposeErrors: 'true',
      egress: 'false',
      dynamicCode: 'true',
      testSkips: 'false',
      lanes: 'critical=2, batch=1',
      egressAllow: 'db.internal:5432, 10.0.0.0/8,[::1]:9000',
      ...{ hintsWindow: '30', hintsPanic: '10', hintsTick: '3', hintsTarget: '80', scalerHost: '::1', scalerToken: 'a-token' },
      ...{ oidcIssuer: 'https://id.example.com', oidcGroups: 'ops=admin', oidcScope: 'openid' },
      scalerPeers: 'nbox.default.svc',
    };
    const directories = ['tlsCert', 'tlsKey', 'data', 'plugins', 'libraries', 'logFile', 'scalerCert', 'scalerKey', 'scalerCa'];
    /** Those of which one is of no use without another. */
    const beside: Record<string, Record<string, string>> = {
      tlsCert: { NBOX_TLS_KEY: 'key.pem' },
      oidcIssuer: { NBOX_OIDC_CLIENT_ID: 'nbox', NBOX_OIDC_GROUPS: 'ops=admin' },
      tlsKey: { NBOX_TLS_CERT: 'cert.pem' },
      scalerCert: { NBOX_SCALER_KEY: 'key.pem' },
      scalerKey: { NBOX_SCALER_CERT: 'cert.pem' },
      scalerCa: { NBOX_SCALER_KEY: 'key.pem', NBOX_SCALER_CERT: 'cert.pem' },
      scalerPeers: { NBOX_SCALER_PORT: '9090' },
    };
    for (const { name, flag, variable } of configOptions) {
      const text = values[name] ?? (directories.includes(name) ? 'some/dir' : name === 'adminToken' ? 'sixteen-or-more!' : '7');
      const byVariable = readConfig([], { ...beside[name], [variable]: text })[name];
      assert.notEqual(byVariable, undefined, name);
      if (flag !== undefined) assert.deepEqual(readConfig([flag, text], { ...beside[name] })[name], byVariable);
    }
    assert.deepEqual(
      [...readConfig(['--lanes', 'critical=2, batch=1'], {}).lanes],
      [
        ['critical', { first: 2, least: 2, most: 2 }],
        ['batch', { first: 1, least: 1, most: 1 }],
      ],
    );
    assert.deepEqual([...readConfig(['--lanes', 'critical=2-5'], {}).lanes], [['critical', { first: 2, least: 2, most: 5 }]]);
    for (const lanes of [
      'critical',
      'critical=0',
      'critical=65',
      'critical=2-1',
      'critical=0-2',
      'critical=1-65',
      'critical=1-',
      'critical=1-2-3',
      'standard=1',
      'a=1,a=1',
      'A=1',
      'a=1,',
      Array.from({ length: 9 }, (_, n) => `l${n}=1`).join(),
    ]) {
      assert.throws(() => readConfig(['--lanes', lanes], {}), ConfigError, lanes);
    }
    assert.equal(readConfig(['--caller-header', 'X-Caller'], {}).callerHeader, 'x-caller');
    assert.deepEqual(readConfig(['--admin-hosts', 'Admin.example.com, b'], {}).adminHosts, ['admin.example.com', 'b']);
    assert.deepEqual(readConfig(['--egress-allow', 'DB.internal:5432, 10.0.0.0/8'], {}).egressAllow, [
      { host: 'db.internal', subdomains: false, port: 5432 },
      { address: '10.0.0.0', prefix: 8, port: undefined },
    ]);
  });

  it('allows port 0 for both servers', () => {
    const { port, adminPort } = readConfig(['--port=0', '--admin-port=0'], {});
    assert.deepEqual([port, adminPort], [0, 0]);
  });

  it('takes an empty variable as not set', () => {
    assert.equal(readConfig([], { NBOX_PORT: '', NBOX_ADMIN_TOKEN: '' }).port, 8080);
  });

  it('leaves the variables of others alone', () => {
    readConfig([], { PATH: '/', NBOX_TOKEN: 'x', NBOX_URL: 'y', NBOX_TEST_SERVICES: 'z' });
  });

  for (const [flags, env, expected] of [
    [['--port', 'eighty'], {}, /^--port: "eighty" is not valid; it may be a number from 0 .* to 65535$/],
    [['--port', '65536'], {}, /^--port: "65536"/],
    [['--port', '-1'], {}, /^--port: "-1"/],
    [['--port', '0x50'], {}, /^--port/],
    [['--port'], {}, /^--port: its value is missing; it may be/],
    [['--port', '--host=::1'], {}, /^--port: its value is missing/],
    [['--port='], {}, /^--port: "" is not valid/],
    [['--prot', '80'], {}, /^--prot: there is no such flag; did you mean --port\?$/],
    [['8080'], {}, /^"8080": a flag was expected/],
    [[], { NBOX_PORT: '1.5' }, /^NBOX_PORT: "1.5" is not valid/],
    [[], { NBOX_ADMINPORT: '1' }, /^NBOX_ADMINPORT: there is no such variable; did you mean NBOX_ADMIN_PORT\?$/],
    [['--log-level', 'loud'], {}, /it may be one of trace, debug, info/],
    [['--log-format', 'xml'], {}, /it may be one of auto, json, pretty/],
    [['--executors', '0'], {}, /from 1 to 64/],
    [['--executors', '65'], {}, /from 1 to 64/],
    [['--executors-min', '0'], {}, /^--executors-min: .*from 1 to 64/],
    [['--executors-max', '65'], {}, /^--executors-max: .*from 1 to 64/],
    [['--executors-min=3', '--executors-max=2'], {}, /^--executors-min and --executors-max: 3 is more than 2$/],
    [['--executors=2', '--executors-min=3'], {}, /^--executors and --executors-min: 2 is less than 3$/],
    [['--executors=2'], { NBOX_EXECUTORS_MAX: '1' }, /^--executors and --executors-max: 2 is more than 1$/],
    [['--host', 'a b'], {}, /^--host/],
    [['--admin-hosts', 'a:80'], {}, /^--admin-hosts.*without ports/],
    [['--egress', 'no'], {}, /^--egress: "no" is not valid; it may be true or false$/],
    [['--caller-header', 'Authorization'], {}, /^--caller-header: .* holds no secret/],
    [['--caller-header', 'x caller'], {}, /^--caller-header/],
    [['--egress-allow', '10.0.0.0/33'], {}, /^--egress-allow: .* it may be hosts,/],
    [['--egress-allow', 'a.example,http://b.example'], {}, /^--egress-allow/],
    [['--egress-allow', 'a.example,'], {}, /^--egress-allow/],
    [['--port=81', '--admin-port=81'], {}, /both are 81/],
    [['--hints-window=7'], {}, /must be multiples of --hints-tick, which is 2 s$/],
    [['--hints-panic=120'], {}, /^--hints-panic: 120 s must not be longer/],
    [['--hints-window=3600'], {}, /^--hints-window: 3600 s may be at most 120 times/],
    [['--hints-target=100'], {}, /from 10 to 95/],
    [['--scaler-port=8081'], {}, /^--scaler-port: 8081 is the port of the traffic or of the admin API/],
    [['--scaler-port=1', '--scaler-host=0.0.0.0'], {}, /^--scaler-host: on 0.0.0.0 anybody could read/],
    [['--scaler-cert=a'], {}, /one is of no use without the other/],
    [['--scaler-ca=a'], {}, /^--scaler-ca: .* takes --scaler-cert/],
    [['--scaler-token=a'], {}, /NBOX_SCALER_TOKEN/],
    [['--scaler-peers=a'], {}, /^--scaler-peers: .* takes --scaler-port/],
    [['--scaler-peers=a', '--scaler-port=0'], {}, /^--scaler-peers: .* and not 0$/],
  ] as [string[], Record<string, string>, RegExp][]) {
    it(`refuses ${JSON.stringify(flags)} ${JSON.stringify(env)}`, () => {
      assert.match(problemsOf(flags, env)[0] as string, expected);
    });
  }

  it('reads where traces go, and the headers that go along', () => {
    const flags = ['--otlp-endpoint', 'https://otel.example/base/', '--trace-ratio', '0.25', '--otlp-interval', '10'];
    const { otlpEndpoint, otlpHeaders, traceRatio, otlpInterval } = readConfig(flags, { NBOX_OTLP_HEADERS: 'X-Key=a%20b%2C=, other = 1' });
    assert.deepEqual([otlpEndpoint, traceRatio, otlpInterval], ['https://otel.example/base/', 0.25, 10]);
    assert.deepEqual(otlpHeaders, { 'x-key': 'a b,=', other: '1' });
    assert.deepEqual([readConfig([], {}).otlpEndpoint, readConfig([], {}).otlpHeaders], [undefined, {}]);
    for (const url of ['otel.example', 'ftp://a/', 'http://user:secret@a/', 'http://a/?key=1', 'http://a/#b']) {
      assert.throws(() => readConfig(['--otlp-endpoint', url], {}), ConfigError, url);
    }
    for (const ratio of ['1.1', '-0.1', '1e-3', '.5', 'all', '']) {
      assert.throws(() => readConfig([`--trace-ratio=${ratio}`], {}), ConfigError, ratio);
    }
  });

  it('never shows what the collector is sent along', () => {
    for (const headers of ['key', 'key=%ff', 'key=a%0d%0ab: c', '=geheim', 'a b=geheim']) {
      const [problem] = problemsOf([], { NBOX_OTLP_HEADERS: headers });
      assert.match(problem as string, /^NBOX_OTLP_HEADERS: a value of \d+ characters is not valid/);
    }
    assert.match(problemsOf(['--otlp-headers', 'key=geheim'])[0] as string, /set NBOX_OTLP_HEADERS in the environment/);
  });

  it('lets the external scaler be reached from elsewhere with a token, or with clients that have certificates', () => {
    const open = ['--scaler-port=0', '--scaler-host=0.0.0.0'];
    assert.equal(readConfig(open, { NBOX_SCALER_TOKEN: 'a-token' }).scalerHost, '0.0.0.0');
    assert.equal(readConfig([...open, '--scaler-cert=c', '--scaler-key=k', '--scaler-ca=a'], {}).scalerPort, 0);
  });

  it('lists every problem at once', () => {
    assert.equal(problemsOf(['--port', 'x', '--nope', '--executors=0'], { NBOX_DRAIN_MS: 'y' }).length, 4);
  });

  it('never shows the admin token', () => {
    for (const problems of [
      problemsOf([], { NBOX_ADMIN_TOKEN: 'hunter two' }),
      problemsOf(['--admin-token', 'hunter2']),
      problemsOf(['--admin-token=hunter2']),
    ]) {
      assert.equal(problems.length, 1);
      assert.doesNotMatch(problems[0] as string, /hunter/);
      assert.match(problems[0] as string, /NBOX_ADMIN_TOKEN/);
    }
  });
});

describe('configHelp()', () => {
  it('has a line for each option', () => {
    assert.equal(configHelp().split('\n').length, configOptions.length);
    assert.match(configHelp(), /--admin-port, NBOX_ADMIN_PORT +port of the admin API \(8081\)/);
  });
});
