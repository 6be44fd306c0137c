/** Starts the external scaler where the operator has given it a port. */

import { hashSecret, secretCheck } from '../../access/secret.ts';
import type { Config } from '../../config.ts';
import type { Logger } from '../../log.ts';
import type { HintReader } from '../reading.ts';

type Scaler = Awaited<ReturnType<typeof import('./scaler-service.ts')['ScalerService']['start']>>;

/** @throws Error where the port is taken, or a file of its certificate cannot be read */
export async function startScaler(
  config: Config,
  hints: HintReader,
  exists: (plugin: string) => boolean,
  log: Logger,
): Promise<Scaler | undefined> {
  const { scalerPort: port, scalerHost: host, scalerToken: token, scalerCert: cert, scalerKey: key, scalerCa: clientCa } = config;
  if (port === undefined) return undefined;
  // gRPC is loaded only where it is asked for: it takes time at the start, and memory.
  const { ScalerService } = await import('./scaler-service.ts');
  const isToken = token === undefined ? undefined : secretCheck(hashSecret(token));
  const started = await ScalerService.start({ hints, exists, host, port, isToken, cert, key, clientCa, log });
  log.info({ ...started.address, tls: cert !== undefined }, 'the external scaler listens');
  return started;
}
