/**
 * Where a plugin may fetch from. Two must agree: the manifest, which grants hosts, and the operator, who decides about
 * addresses that are not public. Checked before each hop, and again for the addresses that a socket is about to use.
 */

import { BlockList, isIP, isIPv4 } from 'node:net';
import { EgressError } from './egress-error.ts';
import { isForeignPort } from './foreign-ports.ts';
import { bare, formatHostPattern, type HostPattern, matchesHost, parseHostPattern, portOf } from './host-pattern.ts';
import { isPublicAddress } from './public-address.ts';

/** What the operator lets plugins reach though it is not public: hosts by name, and networks. */
export type Allowance = HostPattern | Network;

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly port: number | undefined;
}

/** @returns `undefined` for what is neither a host nor an address nor a network in CIDR form */
export function parseAllowance(text: string): Allowance | undefined {
  const [, address, digits] = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text) ?? [];
  if (address !== undefined) {
    const prefix = Number(digits);
    const family = isIP(address);
    return family === 0 || prefix > (family === 4 ? 32 : 128) ? undefined : Object.freeze({ address, prefix, port: undefined });
  }
  const pattern = parseHostPattern(text);
  if (pattern === undefined) return undefined;
  const literal = bare(pattern.host);
  const family = isIP(literal);
  return family === 0 ? pattern : Object.freeze({ address: literal, prefix: family === 4 ? 32 : 128, port: pattern.port });
}

/** As `parseAllowance` reads it. */
export function formatAllowance(allowance: Allowance): string {
  if ('host' in allowance) return formatHostPattern(allowance);
  const { address, prefix, port } = allowance;
  const isIPv4Address = isIPv4(address);
  if (prefix !== (isIPv4Address ? 32 : 128)) return `${address}/${prefix}`;
  if (port === undefined) return address;
  return `${isIPv4Address ? address : `[${address}]`}:${port}`;
}

export interface EgressRules {
  /** False: nothing is fetched, whatever manifests grant. */
  readonly enabled: boolean;
  readonly allow: readonly Allowance[];
  /** Ports that nbox itself listens on, filled in as it begins to. */
  readonly ownPorts: ReadonlySet<number>;
  /** The addresses of this machine's interfaces. */
  readonly localAddresses: () => Iterable<string>;
}

export class EgressGuard {
  readonly #rules: EgressRules;
  readonly #names: readonly HostPattern[];
  readonly #networks: readonly { readonly list: BlockList; readonly port: number | undefined }[];

  constructor(rules: EgressRules) {
    this.#rules = rules;
    this.#names = rules.allow.filter((one) => 'host' in one);
    this.#networks = rules.allow
      .filter((one) => 'address' in one)
      .map(({ address, prefix, port }) => ({ list: listOf(address, prefix), port }));
  }

  /**
   * Whether the manifest grants this URL. A grant without a port is one for the scheme's own port.
   * @throws EgressError
   */
  checkUrl(url: URL, grants: readonly HostPattern[]): void {
    if (!this.#rules.enabled) throw new EgressError('off', 'the operator of this host has turned fetch off');
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new EgressError('scheme', `the scheme ${url.protocol} is not supported`);
    const granted = grants.some(
      (grant) => matchesHost(grant, url) && (grant.port === undefined ? url.port === '' : grant.port === portOf(url)),
    );
    if (!granted) throw new EgressError('not_granted', `${url.host} is not in the manifest's egress`);
    if (isForeignPort(portOf(url))) throw new EgressError('port', `the port ${url.port} is not one of HTTP`);
    if (isIP(bare(url.hostname)) !== 0) this.checkAddresses(url, [bare(url.hostname)]);
  }

  /**
   * Whether a socket may be opened for this URL, whose host has these addresses. One that may not refuses all: which of
   * them is used is not the plugin's choice, nor its name server's.
   * @throws EgressError
   */
  checkAddresses(url: URL, addresses: readonly string[]): void {
    const port = portOf(url);
    if (addresses.length === 0) throw new EgressError('unresolved', `${url.hostname} has no address`);
    if (this.#rules.ownPorts.has(port)) {
      const own = ownAddresses(this.#rules.localAddresses());
      if (addresses.some((address) => inList(own, address))) throw new EgressError('own_port', `${url.host} is a port of nbox's own`);
    }
    if (this.#names.some((name) => matchesHost(name, url) && (name.port ?? port) === port)) return;
    for (const address of addresses) {
      if (isPublicAddress(address)) continue;
      if (this.#networks.some((network) => (network.port ?? port) === port && inList(network.list, address))) continue;
      const what = isIP(bare(url.hostname)) === 0 ? `${url.hostname} leads to an address that is not public` : `${url.host} is not public`;
      throw new EgressError('not_public', `${what}; the operator of this host can allow it`);
    }
  }
}

function listOf(address: string, prefix: number): BlockList {
  const list = new BlockList();
  list.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}

/** IPv4-mapped IPv6 addresses are found in IPv4 networks. */
const inList = (list: BlockList, address: string): boolean => list.check(withoutZone(address), isIPv4(address) ? 'ipv4' : 'ipv6');

const withoutZone = (address: string): string => address.replace(/%.*$/, '');

function ownAddresses(interfaces: Iterable<string>): BlockList {
  const list = listOf('127.0.0.0', 8);
  list.addSubnet('0.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  list.addAddress('::', 'ipv6');
  for (const address of interfaces) list.addAddress(withoutZone(address), isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}
