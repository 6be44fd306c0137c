/** Whether a host runs where the command line looks for one, and takes its token. */

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { AdminClient, RefusedError } from '../admin-client.ts';
import { exchange } from '../exchange.ts';
import type { AdminSettings } from '../settings.ts';
import { type Finding, good, warning, wrong } from './finding.ts';

const timeoutMs = 3_000;
/** Tokens, previews and recordings end by the host's clock. */
const mostSkewMs = 60_000;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @param settings or why there are none */
export async function hostFindings(settings: AdminSettings | Error, url: string, now: () => number): Promise<Finding[]> {
  const plain = transport(url);
  let reply: IncomingMessage;
  try {
    reply = await exchange({ method: 'GET', base: url, path: '/readyz', timeoutMs });
  } catch (error) {
    return [warning('host', (error as Error).message, 'Start one by `nbox start`, or name another by NBOX_URL'), ...plain];
  }
  const { statusCode = 0, headers } = reply;
  const body = await read(reply);
  if (statusCode !== 200 && statusCode !== 503) {
    return [
      wrong('host', `What answers at ${url} is no nbox host: status ${statusCode}`, 'Name the admin API of one by NBOX_URL'),
      ...plain,
    ];
  }
  const state = readySchema.safeParse(body).data;
  const skew = Math.abs(now() - Date.parse(headers.date ?? ''));
  return [
    statusCode === 200
      ? good('host', `${url} is ready`)
      : warning('host', `${url} is not ready: ${state?.reason ?? 'it does not say why'}`, 'Wait for it, and read its log'),
    ...(skew > mostSkewMs
      ? [warning('host’s clock', `it differs by ${Math.round(skew / 1_000)} s from this machine’s`, 'Have both set by NTP')]
      : []),
    await token(settings),
    ...plain,
  ];
}

const readySchema = z.looseObject({ reason: z.string().optional() });

async function token(settings: AdminSettings | Error): Promise<Finding> {
  if (settings instanceof Error) return wrong('token', settings.message, 'A host prints its token at its first start: set NBOX_TOKEN');
  try {
    const { value } = await new AdminClient(settings, { isQuiet: true }).ask(
      'GET',
      '/v1/plugins',
      z.looseObject({ plugins: z.array(z.unknown()) }),
    );
    return good('token', `that of ${settings.tokenFrom} is taken; ${value.plugins.length} plugins are live`);
  } catch (error) {
    if (!(error instanceof RefusedError)) return wrong('token', (error as Error).message, 'Read the host’s log');
    return wrong('token', `that of ${settings.tokenFrom} is refused: ${error.problem.code}`, 'Set NBOX_TOKEN to one that the host takes');
  }
}

function transport(url: string): Finding[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || loopback.test(hostname)) return [];
  return [
    warning(
      'transport',
      `${url} is plain HTTP to another machine: the token can be read on its way`,
      'Have TLS in front of the host, and use https://',
    ),
  ];
}

async function read(reply: IncomingMessage): Promise<unknown> {
  let text = '';
  try {
    for await (const chunk of reply.setEncoding('utf8')) {
      text += chunk as string;
      // It is a few words, of a host.
      if (text.length > 65_536) break;
    }
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
