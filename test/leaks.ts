/** After each test file: no child process, socket, server, timer or open file may be left of it. Loaded by mocha for every run. */

import assert from 'node:assert/strict';
import type { Context, Suite } from 'mocha';

/** What keeps the event loop alive for mocha itself, or is Node's own. */
const harmless = new Set(['TTYWrap', 'PipeWrap', 'Immediate', 'FSReqCallback', 'CloseReq', 'WriteWrap']);

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) {
    if (!harmless.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function excess(before: Map<string, number>): string[] {
  return [...resources()].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name);
}

/** How many turns of the event loop what was closed in an `after` hook may take to be gone. */
const turns = 200;

export const mochaHooks = {
  beforeAll(this: { test?: { parent?: Suite } }) {
    for (const file of this.test?.parent?.suites ?? []) {
      let before = new Map<string, number>();
      file.beforeAll('note what is open', () => {
        before = resources();
      });
      file.afterAll('nothing is left open', async function (this: Context) {
        for (let turn = 0; turn < turns && excess(before).length > 0; turn += 1) {
          // A socket's close and a child's end are told over several turns, some of them by other processes.
          await new Promise((resolve) => setTimeout(resolve, 5));
          // Mocha's own timer for this hook, which is there from the first waiting on.
          this.runnable().clearTimeout();
        }
        assert.deepEqual(excess(before), [], `${file.title} left these open`);
      });
    }
  },
};
