/** The operations of the documents. They take no token: they say of nbox what its package does, and nothing of this host. */

import { z } from 'zod';
import { operation, refused } from '../operation.ts';
import { words } from '../query.ts';

const html = z.string();

export const getApi = operation({
  ...{ operation: 'getApi', method: 'GET', pattern: '/openapi.json', access: 'none', of: 'host', tag: 'docs' },
  summary: 'This document',
  answers: { 200: { says: 'In OpenAPI 3.1.', json: z.record(z.string(), z.unknown()) }, 304: { says: 'It is what If-None-Match names.' } },
});

export const getDocs = operation({
  ...{ operation: 'getDocs', method: 'GET', pattern: '/docs', access: 'none', of: 'host', tag: 'docs' },
  summary: 'The documents, for people',
  query: { q: words('What headings are searched for: words, or their beginnings', 200) },
  answers: {
    200: { says: 'The first page, or what was found.', others: { 'text/html': html } },
    304: { says: 'It is what If-None-Match names.' },
  },
});

export const getDocsPage = operation({
  ...{ operation: 'getDocsPage', method: 'GET', pattern: '/docs/:page', access: 'none', of: 'host', tag: 'docs' },
  summary: 'A page of the documents, their style sheet or a drawing',
  params: { page: z.string().describe('As the first page links to it') },
  answers: {
    200: { says: 'The page.', others: { 'text/html': html, 'text/css': z.string(), 'image/svg+xml': z.string() } },
    304: { says: 'It is what If-None-Match names.' },
  },
  errors: [refused(['not_found'])],
});
