/** Starts the external scaler where the operator has given it a port. */

import type { Config } from '../../config/config.ts';
import { isLoopback } from '../../config/hint-options.ts';
import type { Logger } from '../../log.ts';
import type { HintReader } from '../reading.ts';

/** A token below this length is warned of. */
const guessableLength = 16;

type Scaler = Awaited<ReturnType<typeof import('./scaler-service.ts')['ScalerService']['start']>>;

/** @throws Error where the port is taken, or a file of its certificate cannot be read */
export async function startScaler(
  config: Config,
  hints: HintReader,
  exists: (plugin: string) => boolean,
  { elapsed, log }: { readonly elapsed: () => number; readonly log: Logger },
): Promise<Scaler | undefined> {
  const { scalerPort: port, scalerHost: host, scalerToken: token, scalerCert: cert, scalerKey: key, scalerCa: clientCa } = config;
  if (port === undefined) return undefined;
  if (token !== undefined && token.length < guessableLength) {
    log.warn('NBOX_SCALER_TOKEN is so short that it can be guessed');
  }
  if (token !== undefined && cert === undefined && !isLoopback(host)) {
    log.warn(
      { host },
      'NBOX_SCALER_TOKEN crosses the network in the clear; set --scaler-cert and --scaler-key, unless something else encrypts it',
    );
  }
  // gRPC is loaded only where it is asked for: it takes time at the start, and memory.
  const { ScalerService } = await import('./scaler-service.ts');
  const started = await ScalerService.start({
    hints,
    exists,
    host,
    port,
    token,
    peers: config.scalerPeers,
    cert,
    key,
    clientCa,
    elapsed,
    log,
  });
  log.info({ ...started.address, tls: cert !== undefined }, 'the external scaler listens');
  return started;
}
