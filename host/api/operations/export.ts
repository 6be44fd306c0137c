/** The operations of export: what they take, answer and are refused by. */

import { z } from 'zod';
import { operation, refused } from '../operation.ts';
import { flag, words } from '../query.ts';

export const exportStore = operation({
  ...{ operation: 'exportStore', method: 'GET', pattern: '/v1/export', access: 'admin', of: 'host', tag: 'export' },
  summary: 'The store, or some of its plugins, as one file',
  description:
    'Plugins with their releases, sources, code and history, as they are when the answer begins: lines of JSON, packed by gzip, of which the last has the SHA-256 of all others. `nbox export` writes it into a file, and `nbox import` reads it. An answer without that last line was cut off: when reading failed, or when its reader took nothing for 30 s or was not done after 30 minutes. One export runs at a time.',
  query: {
    plugins: words('Ids with commas between them, at most 64; all plugins where it is not given.'),
    token: flag('Whether the hash of the admin token is exported, too.'),
  },
  answers: { 200: { says: 'The export.', others: { 'application/gzip': z.string().meta({ format: 'binary' }) } } },
  errors: [
    refused(['invalid_query', 'invalid_plugin_id']),
    refused(['no_such_plugin'], '`no_such_plugin`: it never was; one that was removed has numbers still'),
    refused(['export_busy'], '`export_busy`, with Retry-After', { retryAfter: true }),
  ],
});
