import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

const host = 'images.example';

export default [
  {
    it: 'shows an image to its own pages',
    ...{ path: '/image.png', headers: { host, referer: 'https://images.example/page' } },
    has: { 'content-type': 'image/png' },
    holds: ({ bytes }) => assert.deepEqual([...bytes], [0x89, 0x50, 0x4e, 0x47, 0, 255]),
  },
  {
    it: 'sends others away',
    path: '/image.png',
    headers: { host, referer: 'https://thief.example/' },
    status: 302,
    has: { location: 'https://tutorial.example/' },
  },
  { it: 'lets pages through', path: '/page', headers: { host, referer: 'https://thief.example/' }, text: /^<html>/ },
  { it: 'lets through who does not say', path: '/image.png', headers: { host } },
] satisfies Check[];
