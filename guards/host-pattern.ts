/** Hosts as manifests and operators name them: `api.example.com`, `api.example.com:8443`, `*.example.com`, `127.0.0.1:9000`, `[::1]:9000`. */

import { isIP, isIPv6 } from 'node:net';

export interface HostPattern {
  /** As the URL parser writes it: lower case, Punycode, IPv4 in decimal, IPv6 in brackets; no final dot. */
  readonly host: string;
  /** Whether it stands for the subdomains of `host`, at any depth, and not for `host` itself. */
  readonly subdomains: boolean;
  readonly port: number | undefined;
}

const form = /^(\*\.)?(\[[0-9a-f:.]+\]|[^\s/?#@\\%:[\]*<>^|]+)(?::(\d{1,5}))?$/i;

/** @returns `undefined` for what is no host, with or without a port */
export function parseHostPattern(text: string): HostPattern | undefined {
  const parts = form.exec(isIPv6(text) ? `[${text}]` : text);
  if (parts === null) return undefined;
  const [, wildcard, name = '', digits] = parts;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const host = hostOf(name);
  if (host === undefined) return undefined;
  if (wildcard === undefined) return Object.freeze({ host, subdomains: false, port });
  // `*.com` would be half of the internet.
  if (isIP(bare(host)) !== 0 || !host.includes('.')) return undefined;
  return Object.freeze({ host, subdomains: true, port });
}

export function formatHostPattern({ host, subdomains, port }: HostPattern): string {
  return `${subdomains ? '*.' : ''}${host}${port === undefined ? '' : `:${port}`}`;
}

/** Whether the host of a URL is the pattern's, whatever its port. */
export function matchesHost(pattern: HostPattern, url: URL): boolean {
  const host = withoutDot(url.hostname);
  return pattern.subdomains ? host.endsWith(`.${pattern.host}`) : host === pattern.host;
}

/** The port that a URL leads to. */
export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** A host as resolvers and sockets take it. */
export const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

const withoutDot = (host: string): string => host.replace(/\.$/, '');

function hostOf(name: string): string | undefined {
  const url = URL.parse(`http://${name}/`);
  const host = url === null ? '' : withoutDot(url.hostname);
  return host === '' ? undefined : host;
}
