import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

const common = { plugin: 'workers/examples/multiple-cron-triggers', release: 1, interface: 'scheduled' };
const cron = (text: string) => ({ interface: 'scheduled', cron: text });

export default [
  { it: 'runs one schedule', invoke: cron('*/10 * * * *'), json: { ...common, outcome: 'ok', noRetry: false } },
  {
    it: 'fails for another, for good',
    invoke: cron('*/3 * * * *'),
    status: 502,
    holds({ text }) {
      const { code, detail, noRetry, position } = JSON.parse(text);
      assert.deepEqual([code, detail, noRetry], ['plugin_error', 'Error: the API is down', true]);
      assert.deepEqual(position, { file: 'index.js', line: 3, column: 13 });
    },
  },
  { it: 'knows no other', invoke: cron('0 0 * * *'), status: 502, text: /RangeError: unknown schedule 0 0 \* \* \*/ },
  { it: 'answers no request', status: 404, text: /no_such_interface/ },
] satisfies Check[];
