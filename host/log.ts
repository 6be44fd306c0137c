/** The host's own log: JSON lines, or lines for people on a terminal. Tokens never reach it. */

import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config/config.ts';
import { printable } from './printable.ts';

export type Logger = PinoLogger;

const secrets = ['authorization', 'cookie', 'token', 'adminToken', 'password', 'secret'];
const redacted = secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * @param stream where it goes; standard output unless a test wants it. Written synchronously: what was logged before a
 * crash must be there after it.
 */
export function createLogger(config: Pick<Config, 'logLevel' | 'logFormat'>, stream?: DestinationStream): Logger {
  const isPretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && stream === undefined && process.stdout.isTTY === true);
  const options = { level: config.logLevel, base: null, redact: { paths: redacted, censor: '[redacted]' } };
  if (!isPretty) return pino(options, stream ?? pino.destination({ fd: 1, sync: true }));
  return pino(
    options,
    pretty({
      sync: true,
      colorize: stream === undefined && process.stdout.isTTY === true,
      translateTime: 'HH:MM:ss.l',
      // What follows the first line is set in, so that it cannot look like a line of its own.
      messageFormat: (log, key) => printable(String(log[key] ?? '')).replaceAll('\n', '\n    | '),
      ...(stream === undefined ? {} : { destination: stream as unknown as NodeJS.WritableStream }),
    }),
  );
}
