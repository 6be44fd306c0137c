import assert from 'node:assert/strict';
import { isPublicAddress } from '../../guards/public-address.ts';

const publicOnes = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
].concat(
  ['169.253.255.255', '172.15.255.255', '172.32.0.0', '192.0.1.0', '192.167.255.255', '198.17.255.255', '198.20.0.0', '223.255.255.255'],
  ['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2001:200::1', '3ffe::1', '::ffff:8.8.8.8', '::ffff:808:808', '64:ff9b::8.8.8.8'],
);

const others: Record<string, readonly string[]> = {
  'this network': ['0.0.0.0', '0.255.255.255'],
  private: ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.0', '100.127.255.255', '100.100.100.200'],
  loopback: ['127.0.0.1', '127.255.255.255', '::1'],
  'link-local': ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  "the clouds' own": ['168.63.129.16', '192.0.0.192', 'fd00:ec2::254'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '2001:db8:ffff::', '3fff::1', '3fff:fff::1'],
  benchmarks: ['198.18.0.0', '198.19.255.255', '2001:2::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved, broadcast': ['240.0.0.1', '255.255.255.254', '255.255.255.255'],
  'unspecified, IPv4-compatible': ['::', '::8.8.8.8', '::127.0.0.1'],
  'unique local, site-local': ['fc00::1', 'fdff::1', 'fec0::1'],
  'IPv4-mapped': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::ffff:0.0.0.0',
  ],
  'IPv4-translated': ['::ffff:0:8.8.8.8'],
  NAT64: ['64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::8.8.8.8', '64:ff9b:0:1::808:808'],
  '6to4': ['2002:7f00:1::', '2002:808:808::1', '2002:a00:1::1'],
  Teredo: ['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'discard, segment routing, unassigned': ['100::1', '5f00::1', '4000::1', '1fff::1'],
  'no addresses': [
    '',
    'localhost',
    '8.8.8',
    '0x08080808',
    '134744072',
    '010.0.0.1',
    '8.8.8.8:80',
    '[2606:4700::1]',
    ' 8.8.8.8',
    '2606:4700:4700::1111%1',
  ],
};

describe('isPublicAddress(address)', () => {
  for (const address of publicOnes) it(`${address} is`, () => assert.equal(isPublicAddress(address), true));
  for (const [what, addresses] of Object.entries(others)) {
    for (const address of addresses) it(`${JSON.stringify(address)} is not: ${what}`, () => assert.equal(isPublicAddress(address), false));
  }
});
