/** `nbox start`: from flags and environment to a running host, and from a signal to a clean end. */

import { readConfig } from './config/read-config.ts';
import { startHost } from './host.ts';
import { closeInheritedDescriptors } from './inherited-descriptors.ts';
import { createLogger } from './log.ts';

/** How long stopping may take beyond draining, before the process ends itself. */
const stopGraceMs = 10_000;

/**
 * Resolves when the host has stopped.
 * @param flags what stands behind `nbox start`
 * @throws ConfigError, and what keeps a host from starting
 */
export async function start(flags: readonly string[]): Promise<void> {
  const began = performance.now();
  const config = readConfig(flags, process.env);
  closeInheritedDescriptors();
  const log = createLogger(config);
  const host = await startHost(config, log);
  const url = (address: { host: string; port: number }) => {
    const name = address.host === '0.0.0.0' || address.host === '::' ? 'localhost' : address.host;
    return `${config.tlsCert === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
  };
  const stopped = Promise.withResolvers<void>();
  let stopping = false;
  // A host that serves none of the plugins it was told to serve must not look like one that does.
  host.watching.catch(async (error: unknown) => {
    stopping = true;
    await host.close();
    stopped.reject(error);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) {
        log.warn({ signal }, 'a second signal: ending at once');
        process.exit(1);
      }
      stopping = true;
      log.info({ signal }, 'stopping');
      const late = setTimeout(() => {
        log.error('stopping took too long: ending at once');
        process.exit(1);
      }, config.drainMs + stopGraceMs);
      host.close().then(
        () => {
          clearTimeout(late);
          log.info('stopped');
          stopped.resolve();
        },
        (error: unknown) => stopped.reject(error),
      );
    });
  }
  // For people and scripts alike, whatever the log's form: the one thing that must be read. Last, since whoever has read it may
  // send a signal at once.
  process.stdout.write(
    [
      '',
      `  nbox is up after ${((performance.now() - began) / 1_000).toFixed(1)} s`,
      `  traffic    ${url(host.traffic)}/<domain>/<group>/<name>/…`,
      `  admin API  ${url(host.admin)}/v1/plugins`,
      `  dashboard  ${url(host.admin)}/`,
      host.newToken === undefined
        ? '  token      as set before (NBOX_ADMIN_TOKEN sets another)'
        : `  token      ${host.newToken}   shown only this once`,
      '',
      '',
    ].join('\n'),
  );

  await stopped.promise;
}
