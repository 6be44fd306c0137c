/** The strongest test of a platform: the same expression in the guest and in Node, and the outcomes compared. */

import assert from 'node:assert/strict';
import { openRealm, type Realm, runInNode } from './realm.ts';

/** A mocha suite: each expression is evaluated on both sides. @param known expressions where Node is at fault, with the standard's outcome */
export function compareWithNode(title: string, expressions: readonly string[], known: Readonly<Record<string, unknown>> = {}): void {
  describe(title, () => {
    let realm: Realm;
    before(async () => {
      realm = await openRealm();
    });
    after(() => realm[Symbol.dispose]());

    for (const expression of expressions) {
      it(expression, async () => assert.deepEqual(await realm.run(expression), await runInNode(expression)));
    }
    for (const [expression, expected] of Object.entries(known)) {
      it(expression, async () => assert.deepEqual(await realm.run(expression), expected));
    }
  });
}
