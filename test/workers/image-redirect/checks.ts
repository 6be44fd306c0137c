import type { Check } from '../check.ts';

export default [
  {
    it: 'takes the best form',
    path: '/a/b.jpg',
    headers: { accept: 'image/webp,image/avif,*/*' },
    status: 307,
    has: { location: 'https://images.example/800/a/b.avif', vary: 'Accept' },
  },
  {
    it: 'takes the next',
    path: '/b.png?width=100',
    headers: { accept: 'image/webp' },
    status: 307,
    has: { location: 'https://images.example/100/b.webp' },
  },
  {
    it: 'leaves what it is',
    path: '/b.PNG',
    headers: { accept: 'image/*' },
    status: 307,
    has: { location: 'https://images.example/800/b.PNG' },
  },
  { it: 'refuses others', path: '/b.svg', status: 400, text: 'Disallowed file extension' },
  { it: 'refuses a width', path: '/b.png?width=9e9', status: 400, text: 'Invalid width' },
] satisfies Check[];
