import type { Check } from '../check.ts';

export default [
  {
    it: 'rewrites what it shall and nothing else',
    has: { 'content-type': 'text/html; charset=utf-8' },
    text: '<html lang="en"><head><title>Offers | nbox</title></head><body><a class="x" href="https://docs.example/a?b=1">a</a><a href=\'#top\'>b</a><IMG alt="" src="https://docs.example/i.png"><p>https://developer.example</p><script src="/own.js"></script></body></html>\n',
  },
] satisfies Check[];
