/** `nbox call`: calls a plugin through the traffic port, as any client would. */

import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type OutgoingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { detailsHeader } from '../ingress/details.ts';
import { printable, printableLine } from '../printable.ts';
import { CliError, exitCodes, usageError } from './cli-error.ts';
import { exchange } from './exchange.ts';
import { defaultTrafficUrl, detailsToken, trafficUrl } from './settings.ts';
import { warn } from './warn.ts';

interface CallFlags {
  readonly method?: string;
  readonly header?: readonly string[];
  readonly data?: string;
  readonly include?: boolean;
  readonly trafficUrl?: string;
  readonly details?: boolean;
  readonly profile?: string;
  readonly tokenFile?: string;
}

export function addCall(program: Command): void {
  program
    .command('call')
    .description('Calls a plugin; the body of its reply goes to stdout')
    .argument('<plugin[/path]>', 'domain/group/name, then what the plugin sees as its path and query')
    .option('-X, --method <method>', 'default: GET, or POST where there is a body')
    .option('-H, --header <header>', "'name: value'; may be repeated", (header: string, before: readonly string[] = []) => [
      ...before,
      header,
    ])
    .option(
      '-d, --data <body>',
      'the body; @file takes it from a file, @- from stdin; JSON is sent as application/json, anything else as text/plain',
    )
    .option('-i, --include', 'show the status line and the headers, on stderr')
    .option('--details', "send the token along, so that a failure tells the plugin's error and its place")
    .option('--token-file <file>', 'for --details: file that holds the token (else NBOX_TOKEN, NBOX_ADMIN_TOKEN, config file)')
    .option('--profile <name>', 'login of the config file to use, in place of the environment (NBOX_PROFILE)')
    .option('--traffic-url <url>', `traffic port of the host (NBOX_TRAFFIC_URL, config file; default ${defaultTrafficUrl})`)
    .addHelpText(
      'after',
      '\nExamples:\n  nbox call demo/hello/world/x\n  nbox call demo/apps/offers/offers/mug/quote -d \'{"quantity": 12}\' -i\n\nExit code: 0 for a status below 400, else 1.',
    )
    .action(call);
}

async function call(target: string, flags: CallFlags): Promise<void> {
  const path = callPath(target);
  const body = flags.data === undefined ? undefined : await readBody(flags.data);
  const method = (flags.method ?? (body === undefined ? 'GET' : 'POST')).toUpperCase();
  if (!/^[A-Z]+$/.test(method) || method === 'CONNECT')
    throw usageError(`-X is ${JSON.stringify(flags.method)}; it may be a method such as GET or PUT`);
  const headers = readHeaders(flags.header ?? []);
  if (body !== undefined && !Object.hasOwn(headers, 'content-type'))
    headers['content-type'] = isJson(body) ? 'application/json' : 'text/plain; charset=utf-8';

  const base = await trafficUrl(flags, process.env, warn);
  if (flags.details === true) headers[detailsHeader] = await detailsToken(flags, base, process.env, warn);
  const reply = await exchange({ method, base, path, headers, body });
  const status = reply.statusCode ?? 0;
  if (flags.include === true) process.stderr.write(`${head(reply)}\n\n`);
  else if (status >= 400) process.stderr.write(`${statusLine(reply)}\n`);
  await writeBody(reply);
  process.exitCode = status < 400 ? exitCodes.ok : exitCodes.failed;
}

/** @throws CliError, NboxError `invalid_plugin_id` */
export function callPath(target: string): string {
  const text = target.replace(/^\//, '');
  const parts = /^([^/?]*\/[^/?]*\/[^/?]*)(.*)$/s.exec(text);
  const plugin = parsePluginId(parts?.[1] ?? text);
  // Only what cannot stand in a request line; what is encoded already stays as it is.
  const rest = (parts?.[2] ?? '').toWellFormed().replace(/[^\x21-\x7e]|#/gu, encodeURIComponent);
  return `/${plugin}${rest}`;
}

/** By their names in lower case; a name given twice is sent twice. */
function readHeaders(lines: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    try {
      validateHeaderName(colon < 0 ? '' : name);
      validateHeaderValue(name, value);
    } catch {
      throw usageError(`-H is ${JSON.stringify(line)}; it may be 'name: value'`);
    }
    const before = headers[name];
    headers[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return headers;
}

async function readBody(data: string): Promise<string | Buffer> {
  if (!data.startsWith('@')) return data;
  if (data !== '@-') return readFile(data.slice(1));
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function isJson(body: string | Buffer): boolean {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
}

function statusLine(reply: IncomingMessage): string {
  return printableLine(`HTTP/${reply.httpVersion} ${reply.statusCode} ${reply.statusMessage}`.trimEnd());
}

function head(reply: IncomingMessage): string {
  const lines: string[] = [];
  for (let i = 0; i + 1 < reply.rawHeaders.length; i += 2) lines.push(printableLine(`${reply.rawHeaders[i]}: ${reply.rawHeaders[i + 1]}`));
  return [statusLine(reply), ...lines].join('\n');
}

/** As it comes. A pipe gets the very bytes; a terminal must not get control characters. */
async function writeBody(reply: IncomingMessage): Promise<void> {
  try {
    if (process.stdout.isTTY) await pipeline(reply, shown, process.stdout, { end: false });
    else await pipeline(reply, process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    throw new CliError('The reply was cut off', { cause: error });
  }
}

async function* shown(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let last = '\n';
  for await (const chunk of chunks) {
    const text = printable(decoder.decode(chunk, { stream: true }).replaceAll('\r\n', '\n'));
    last = text.at(-1) ?? last;
    yield text;
  }
  if (last !== '\n') yield '\n';
}
