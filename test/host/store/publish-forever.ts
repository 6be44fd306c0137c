/** A process to be killed: publishes two plugins in turn, and says so once each is acknowledged. */

import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { hello, other, publishInput } from './store.spec.ts';

const store = new SqliteStore(process.argv[2] as string);
for (;;) {
  for (const plugin of [hello, other]) {
    const number = await store.nextNumber(plugin);
    const content = `content ${number} ${'x'.repeat(20_000)}`;
    await store.publish(publishInput(number, content, plugin));
    process.stdout.write(`${plugin} ${number}\n`);
  }
  // Pipes of a child are written when its loop turns.
  await new Promise((resolve) => setImmediate(resolve));
}
