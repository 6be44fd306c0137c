import type { Check } from '../check.ts';

const headers = { host: 'shop.example' };

export default [
  {
    it: 'has robots.txt',
    ...{ path: '/robots.txt', headers },
    has: { 'content-type': 'text/plain;charset=UTF-8' },
    text: 'User-agent: *\nDisallow: /admin\nSitemap: http://shop.example/sitemap.xml\n',
  },
  {
    it: 'has a sitemap',
    ...{ path: '/sitemap.xml', headers },
    has: { 'content-type': 'application/xml' },
    text: /<url><loc>http:\/\/shop\.example\/offers\?sort=price&amp;page=2<\/loc><\/url><\/urlset>$/,
  },
  { it: 'has nothing else', path: '/x', status: 404, text: '' },
] satisfies Check[];
