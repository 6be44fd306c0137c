import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readConfig } from '../../../../host/config/read-config.ts';
import type { HintReader } from '../../../../host/hints/reading.ts';
import { startScaler } from '../../../../host/hints/scaler-service/start-scaler.ts';
import { createLogger } from '../../../../host/log.ts';

const fixtures = join(import.meta.dirname, '../../egress/fixtures');
const tls = ['--scaler-cert', join(fixtures, 'cert.pem'), '--scaler-key', join(fixtures, 'key.pem')];
const hints: HintReader = {
  lanes: () => [],
  lane: () => undefined,
  plugin: () => ({ kind: 'unknown', reason: '' }),
  host: () => ({ kind: 'unknown', reason: '' }),
  onTick: () => () => {},
};

describe('startScaler(config)', () => {
  /** What it warns of. */
  const warnings = async (flags: readonly string[], token?: string): Promise<string[]> => {
    const lines: { level: number; msg: string }[] = [];
    const log = createLogger({ logLevel: 'warn', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line)) });
    const config = readConfig([...flags], token === undefined ? {} : { NBOX_SCALER_TOKEN: token });
    const scaler = await startScaler(config, hints, () => false, { elapsed: () => 0, log });
    await scaler?.service.close(1_000);
    return lines.map(({ msg }) => msg);
  };

  it('starts nothing where there is no port', async () => {
    assert.deepEqual(await warnings(['--scaler-host', '0.0.0.0'], 'short'), []);
  });

  it('warns of a token that can be guessed, and of one that can be read on its way', async () => {
    const open = ['--scaler-port', '0', '--scaler-host', '0.0.0.0'];
    const long = 'sixteen-or-more-characters';
    assert.deepEqual(await warnings([...open, ...tls], long), []);
    assert.deepEqual(await warnings(['--scaler-port', '0'], long), []);
    assert.match((await warnings([...open, ...tls], 'short')).join(), /^NBOX_SCALER_TOKEN is so short that it can be guessed$/);
    assert.match((await warnings(open, long)).join(), /^NBOX_SCALER_TOKEN crosses the network in the clear/);
  });
});
