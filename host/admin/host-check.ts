/** The Host check: a web page that rebinds its own name to this address must not reach the API through a browser. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { Config } from '../config/config.ts';

const form = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;

const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)/i;

/** The host that a request is for: that of an absolute-form target goes before the Host header (RFC 9112, section 3.2.2). */
export function askedHost(req: Pick<IncomingMessage, 'url' | 'headers'>): string | undefined {
  return absoluteForm.exec(req.url ?? '')?.[1] ?? req.headers.host;
}

/** @returns a check that throws NboxError `host_not_allowed` */
export function hostCheck(config: Pick<Config, 'adminHost' | 'adminHosts'>): (host: string | undefined) => void {
  const names = ['localhost', '127.0.0.1', '::1', config.adminHost, ...config.adminHosts];
  const allowed = new Set(names.map((name) => name.toLowerCase().replace(/^\[|\]$/g, '')));
  return (host) => {
    const name = form.exec(host?.toLowerCase() ?? '')?.[1]?.replace(/^\[|\]$/g, '');
    if (name !== undefined && allowed.has(name)) return;
    throw new NboxError(
      'host_not_allowed',
      `The admin API does not answer to ${JSON.stringify((host ?? '').slice(0, 100))}; the operator adds names by --admin-hosts`,
    );
  };
}
