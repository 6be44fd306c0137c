/** The operations of usage: what they take, answer and are refused by. */

import { z } from 'zod';
import { allUsage, pluginUsage } from '../answers/usage.ts';
import { costRow, usageRow, usageRows } from '../answers/usage-rows.ts';
import { costBody } from '../bodies/usage.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { choice, words } from '../query.ts';
import { noSuchPlugin, usageUnavailable } from '../refusals.ts';

const usageRange = {
  from: words(
    'Where the range begins: an RFC 3339 time, milliseconds since 1970, or a time before now (-90s, -15m, -24h, -30d). By default 10 minutes, 6 hours, 7 days or 90 days ago by the step, a day without one',
  ),
  to: words('Where it ends, in the same forms; by default now, the current second included'),
  step: choice(
    ['1s', '1m', '1h', '1d', 'none'],
    'A row for each such period, in UTC; none for one total. Seconds are kept for 15 minutes, minutes for 3 days, hours for 400 days, days for 1,200',
    'none',
  ),
  group: words('What has rows of its own: plugin, domain, group, release, interface, outcome, part, with commas between them'),
  format: choice(['json', 'ndjson', 'csv'], 'JSON has at most 10,000 rows; the others are streamed', 'json'),
};

export const getPluginUsage = operation({
  ...{ operation: 'getPluginUsage', method: 'GET', pattern: `${onePlugin}/usage`, access: 'read', of: 'plugin', tag: 'usage' },
  summary: "The plugin's totals and percentiles since the host started; with any parameter, its stored usage, also where it is gone",
  query: usageRange,
  answers: {
    200: {
      says: 'Without parameters the usage since the host started, zeros before the first call. With any, rows of a range.',
      json: z.union([pluginUsage, usageRows]),
      others: {
        'application/x-ndjson': usageRow,
        'text/csv': z.string().describe('RFC 4180, with a head; columns as the fields of a row'),
      },
    },
  },
  errors: [
    refused(
      ['bad_request', 'invalid_query', 'invalid_plugin_id', 'usage_too_large', 'usage_not_kept'],
      'As of a request that is malformed; `usage_too_large`: too many rows; `usage_not_kept`: the step is not kept for so long',
    ),
    noSuchPlugin,
    usageUnavailable,
  ],
});

export const getUsage = operation({
  ...{ operation: 'getUsage', method: 'GET', pattern: '/v1/usage', access: 'read', of: 'reach', tag: 'usage' },
  summary:
    "The usage of every plugin that was called, of those that are gone, of previews, and the division of all processes' CPU time and memory; with any parameter, stored usage",
  query: usageRange,
  answers: {
    200: {
      says: 'Without parameters the usage since the host started. With any, rows of a range.',
      json: z.union([allUsage, usageRows]),
      others: {
        'application/x-ndjson': usageRow,
        'text/csv': z.string().describe('RFC 4180, with a head; columns as the fields of a row'),
      },
    },
  },
  errors: [
    refused(
      ['bad_request', 'invalid_query', 'invalid_plugin_id', 'usage_too_large', 'usage_not_kept'],
      'As of a request that is malformed; `usage_too_large`: too many rows; `usage_not_kept`: the step is not kept for so long',
    ),
    usageUnavailable,
  ],
});

export const getUsageCost = operation({
  ...{ operation: 'getUsageCost', method: 'POST', pattern: '/v1/usage/cost', access: 'read', of: 'reach', tag: 'usage' },
  summary: 'What stored usage costs by a price list',
  body: costBody,
  what: 'a query of costs',
  answers: {
    200: {
      says: "Rows of costs. Amounts are decimals as text, each rounded to nine digits; a total is the sum of its row's amounts.",
      json: usageRows,
      others: { 'application/x-ndjson': costRow, 'text/csv': z.string() },
    },
  },
  errors: [
    refused(
      ['invalid_body', 'invalid_plugin_id', 'usage_too_large', 'usage_not_kept'],
      '`invalid_body` with the field at fault; `invalid_plugin_id`, `usage_too_large`, `usage_not_kept`',
    ),
    usageUnavailable,
  ],
});
