/** A call that is counted among the uses of its interface, as a host has it counted. */

import type { InterfaceUses } from '../../../host/hygiene/interface-uses.ts';
import { NotedRecords } from '../../../host/meter/noted-records.ts';
import { record } from '../usage/records.ts';

type Fields = NonNullable<Parameters<typeof record>[0]>;

export function noteUse(uses: InterfaceUses, ...calls: readonly Fields[]): void {
  const noted = new NotedRecords();
  for (const fields of calls) noted.add(record(fields));
  noted.take(uses);
}
