import type { Check } from '../check.ts';

export default [
  {
    it: 'rewrites links and images',
    path: '/page',
    has: { 'content-type': 'text/html' },
    text: '<html><a class="x" href="https://new.example/x">x</a><img src=\'https://new.example/i.png\'><p>https://old.example</p></html>',
  },
  { it: 'leaves alone what is no page', path: '/secrets', text: /4111 1111 1111 1111/ },
] satisfies Check[];
