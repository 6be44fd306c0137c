/** host/meter/attribution/start.ts */

import assert from 'node:assert/strict';
import { attribute } from '../../../../host/meter/attribution/start.ts';
import type { Division } from '../../../../host/meter/division.ts';
import { quietLog } from '../../doubles.ts';

describe('attribute(parts)', () => {
  it('divides what was used since the last division when it is closed, so that a host’s last second is in the account', async () => {
    const divisions: Division[] = [];
    const { account, close } = attribute({
      ...{ clock: { now: () => Date.now(), elapsed: () => performance.now() }, log: quietLog },
      ...{
        exists: () => true,
        builderPid: () => undefined,
        languagePid: () => undefined,
        sinks: [{ divided: (one) => void divisions.push(one) }],
      },
    });
    await close();
    const [division, ...more] = divisions;
    assert.deepEqual(more, []);
    assert.ok((division?.total.cpuUs ?? 0) > 0 && (division?.lengthMs ?? 0) > 0);
    assert.equal(account.sinceStart()?.totalUs, division?.total.cpuUs);
  });
});
