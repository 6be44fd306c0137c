import type { Check } from '../check.ts';

const multipart = [
  ...['--x', 'Content-Disposition: form-data; name="name"', '', 'Zoë', '--x'],
  ...['Content-Disposition: form-data; name="file"; filename="a b.txt"', 'Content-Type: text/plain', '', 'line 1', 'line 2', '--x--', ''],
].join('\r\n');
const post = { method: 'POST' };

export default [
  {
    it: 'serves the form',
    path: '/form',
    has: { 'content-type': 'text/html;charset=UTF-8' },
    text: '<form method="post"><input name="name"></form>',
  },
  { it: 'tells another method', method: 'PUT', body: 'x', text: 'The request was a PUT' },
  {
    it: 'reads JSON',
    ...post,
    headers: { 'content-type': 'application/json' },
    body: '{ "a" : [1, "é"] }',
    text: 'The request body sent in was {"a":[1,"é"]}',
  },
  { it: 'reads text', ...post, headers: { 'content-type': 'text/plain' }, body: 'naïve', text: 'The request body sent in was naïve' },
  {
    it: 'reads a form',
    ...post,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'name=Zo%C3%AB+B&x=1%262',
    text: 'The request body sent in was {"name":"Zoë B","x":"1&2"}',
  },
  {
    it: 'reads a multipart form with a file',
    ...post,
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: multipart,
    text: 'The request body sent in was {"name":"Zoë","file":"a b.txt (text/plain): line 1\\r\\nline 2"}',
  },
  {
    it: 'reads bytes',
    ...post,
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array([0, 255, 1]),
    text: 'The request body sent in was 3 bytes',
  },
] satisfies Check[];
