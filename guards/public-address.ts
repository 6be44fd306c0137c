/** Whether an address is public: unicast that the whole internet may reach. All else fails closed. */

import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA's special-purpose registry, multicast, and what is reserved. */
const special4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's channel to its machines
  ['169.254.0.0', 16], // link-local, and the clouds' metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Only this is global unicast; unique local, link-local, multicast, loopback and all that is unassigned lies outside. */
const global6 = ['2000::', 3] as const;
const special6: readonly [network: string, prefix: number][] = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

/** IPv6 addresses that stand for an IPv4 address in their last four bytes: IPv4-mapped, and NAT64's well-known prefix. */
const carriers6 = ['::ffff:', '64:ff9b::'];

const special = new BlockList();
const global = new BlockList();
for (const [network, prefix] of special4) {
  special.addSubnet(network, prefix, 'ipv4');
  for (const carrier of carriers6) special.addSubnet(carrier + network, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of special6) special.addSubnet(network, prefix, 'ipv6');
global.addSubnet(...global6, 'ipv6');
for (const carrier of carriers6) global.addSubnet(`${carrier}0.0.0.0`, 96, 'ipv6');

/** @param address as a resolver gives it, without brackets. One with a zone is not public; what is no address isn't either. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  // A BlockList finds nothing in what it cannot read, so that must not come to it.
  return isIPv6(address) && !address.includes('%') && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}
