/** What every operation that reads answers, once there is something to read: AdminHost holds it against what the operation says. */

import assert from 'node:assert/strict';
import { operations } from '../../../host/api/operations.ts';
import { seededHost } from './seeded-host.ts';

describe('operations that read', () => {
  it('answer what they say', async () => {
    const { host, at } = await seededHost();
    for (const { method, pattern, answers } of operations.filter(({ method, answers }) => method === 'GET' && answers[200] !== undefined)) {
      // Such an answer has no end.
      const isStream = answers[200]?.json === undefined && answers[200]?.others?.['text/event-stream'] !== undefined;
      assert.equal((await host.ask(isStream ? 'HEAD' : method, at(pattern))).status, 200, pattern);
    }
    await host.close();
  });
});
