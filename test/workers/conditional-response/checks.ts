import type { Check } from '../check.ts';

export default [
  { it: 'lets the rest through', text: 'fine' },
  { it: 'blocks a host', headers: { host: 'nope.example:8080' }, status: 403, text: 'Blocked Host' },
  { it: 'blocks an extension', path: '/a/b.xml?x=.txt', status: 403, text: 'Blocked Extension' },
  { it: 'tells a method', method: 'POST', body: '', text: 'Response for POST' },
  { it: 'blocks an agent', headers: { 'user-agent': 'annoying-robot bot/1' }, status: 403, text: 'Block User Agent containing bot' },
  { it: 'blocks an address', headers: { 'x-forwarded-for': '192.0.2.1, 10.0.0.1' }, status: 403 },
] satisfies Check[];
