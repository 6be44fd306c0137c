/** A process that kills itself within a migration: after so many of its statements. It ends by itself where there are fewer. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate, migrations } from '../../host/store/schema.ts';

const [directory, steps] = process.argv.slice(2) as [string, string];
const db = new DatabaseSync(join(directory, 'nbox.db'), { enableForeignKeyConstraints: true });
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
let left = Number(steps);
db.function('step', () => {
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  left -= 1;
  return 0;
});
const stepped = migrations.map((sql) =>
  ['', ...sql.split(/;\s*$/m).filter((statement) => statement.trim() !== '')]
    .map((statement) => `${statement};\nSELECT step();`)
    .join('\n'),
);
migrate(db, directory, stepped);
db.close();
