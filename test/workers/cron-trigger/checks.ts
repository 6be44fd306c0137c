import type { Check } from '../check.ts';

export default [
  { it: 'has not run', json: null },
  { it: 'runs', invoke: { interface: 'scheduled', cron: '0 * * * *', scheduledTime: 1_767_225_600_000 }, holds: () => {} },
  { it: 'has run', json: { cron: '0 * * * *', at: '2026-01-01T00:00:00.000Z' } },
] satisfies Check[];
