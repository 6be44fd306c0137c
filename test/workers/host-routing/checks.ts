import type { Check } from '../check.ts';

export default [
  { it: 'routes by name', path: '/cart', headers: { host: 'WWW.Shop.Example' }, text: 'shop /cart' },
  { it: 'routes another', headers: { host: 'blog.example:8443' }, text: 'blog' },
  { it: 'routes subdomains', headers: { host: 'acme.tenants.example' }, text: 'tenant acme' },
  { it: 'knows no other', headers: { host: 'nobody.example' }, status: 421, text: 'Unknown host' },
] satisfies Check[];
