/** The operations of usage-series: what they take, answer and are refused by. */

import { usageSeries, usageTop } from '../answers/usage-series.ts';
import { operation, refused } from '../operation.ts';
import { choice, whole, words } from '../query.ts';

export const getUsageSeries = operation({
  ...{ operation: 'getUsageSeries', method: 'GET', pattern: '/v1/usage/series', access: 'read', of: 'reach', tag: 'usage' },
  summary: 'The course of usage of every plugin, a few numbers of each part of a time',
  query: {
    from: words('As in `GET /v1/usage`.'),
    to: words('As in `GET /v1/usage`.'),
    step: choice(['1s', '1m', '1h', '1d'], 'The finest that is read; 2,000 of them at most.', '1m'),
    bins: whole(
      1,
      2000,
      'Into how many alike parts the time is divided, of whole steps; the oldest steps that do not fit in are left out.',
    ),
    values: words('`calls`, `failed`, `cpuUs`, `osCpuUs`, `memoryBytes`, with commas between them.'),
  },
  answers: { 200: { says: "In order of the plugins' ids; those of which there is nothing are left out.", json: usageSeries } },
  errors: [refused(['invalid_query', 'usage_not_kept', 'usage_too_large']), refused(['usage_busy', 'usage_unavailable'])],
});

export const getUsageTop = operation({
  ...{ operation: 'getUsageTop', method: 'GET', pattern: '/v1/usage/top', access: 'read', of: 'reach', tag: 'usage' },
  summary: "The course of usage of those plugins that have most of a value, of all others together, and of what is no plugin's",
  query: {
    from: words('As in `GET /v1/usage`.'),
    to: words('As in `GET /v1/usage`.'),
    step: choice(['1s', '1m', '1h', '1d'], '2,000 of them at most.', '1m'),
    by: choice(['calls', 'failed', 'cpuUs', 'osCpuUs', 'memoryBytes'], 'Of which value they have most in the whole time.', 'osCpuUs'),
    count: whole(1, 50, undefined, 8),
  },
  answers: { 200: { says: 'Who has most comes first. A token that does not reach everything is told of no `parts`.', json: usageTop } },
  errors: [refused(['invalid_query', 'usage_not_kept', 'usage_too_large']), refused(['usage_busy', 'usage_unavailable'])],
});
