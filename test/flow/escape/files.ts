/** Files, by every way that Node has to them. */

import fs from 'node:fs';
import { createRequire, enableCompileCache, register } from 'node:module';
import { dirname, join } from 'node:path';
import { createTracing } from 'node:trace_events';
import { pathToFileURL } from 'node:url';
import v8 from 'node:v8';
import { type Attempts, emitted, type Target } from './attempt.ts';

const require = createRequire(import.meta.url);
const own = process.argv[1] as string;

/** Not by a static import: where the module is not there, the others are to be tried all the same. */
const sqlite = () => require('node:sqlite') as typeof import('node:sqlite');
const inMemory = () => {
  const database = new (sqlite().DatabaseSync)(':memory:');
  database.exec('create table t (a)');
  return database;
};

let names = 0;
const fresh = ({ scratch }: Target) => join(scratch, `made-${names++}`);

export const files: Attempts = {
  // Before others: Node fails at it once closed databases are about.
  'write a heap snapshot': (target) => v8.writeHeapSnapshot(fresh(target)),
  'read a file': ({ secret }) => fs.readFileSync(secret),
  'read a file by promise': ({ secret }) => fs.promises.readFile(secret),
  'read a file by callback': ({ secret }) =>
    new Promise((resolve, reject) => fs.readFile(secret, (error, data) => (error === null ? resolve(data) : reject(error)))),
  'read a file by stream': ({ secret }) => emitted(fs.createReadStream(secret), 'data'),
  'read a file by handle': async ({ secret }) => (await fs.promises.open(secret)).close(),
  'read a file by bytes for a name': ({ secret }) => fs.readFileSync(Buffer.from(secret)),
  'read a file by URL': ({ secret }) => fs.readFileSync(pathToFileURL(secret)),
  'read a file from its own on': ({ secret }) => fs.readFileSync(`${dirname(own)}/${'../'.repeat(20)}${secret}`),
  'read a file as a Blob': async ({ secret }) => (await fs.openAsBlob(secret)).text(),
  'read a file by link': (target) => {
    const link = fresh(target);
    fs.symlinkSync(target.secret, link);
    return fs.readFileSync(link);
  },
  'read a file by hard link': (target) => fs.linkSync(target.secret, fresh(target)),
  'read its own code': () => fs.readFileSync(own),
  'read its environment': () => fs.readFileSync('/proc/self/environ'),
  "read its parent's environment": () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'read its memory map': () => fs.readFileSync('/proc/self/maps'),
  'list a directory': ({ scratch }) => fs.readdirSync(scratch),
  'list its descriptors': () => fs.readdirSync('/proc/self/fd'),
  'open a directory': ({ scratch }) => fs.opendirSync(scratch).closeSync(),
  'find by pattern': ({ scratch }) => {
    if (fs.globSync(join(scratch, '*')).length === 0) throw new Error('nothing');
  },
  'ask for a status': ({ secret }) => fs.statSync(secret),
  'ask whether it is there': ({ secret }) => fs.accessSync(secret),
  'ask whether it exists': ({ secret }) => {
    if (!fs.existsSync(secret)) throw new Error('no');
  },
  'ask for a real path': () => fs.realpathSync('/proc/self/cwd'),
  'ask for a real path natively': () => fs.realpathSync.native('/proc/self/exe'),
  'read a link': () => fs.readlinkSync('/proc/self/exe'),
  'watch a directory': ({ scratch }) => fs.watch(scratch).close(),
  'go to another directory': () => process.chdir('/'),
  'read a file of variables': ({ secret }) => process.loadEnvFile(secret),
  'write a file': (target) => fs.writeFileSync(fresh(target), 'x'),
  'write a file by promise': (target) => fs.promises.writeFile(fresh(target), 'x'),
  'write to its own code': () => fs.appendFileSync(own, '\n'),
  'open its own code for writing': () => fs.closeSync(fs.openSync(own, 'r+')),
  'make a directory': (target) => fs.mkdirSync(fresh(target)),
  'make a directory of any name': ({ scratch }) => fs.mkdtempSync(join(scratch, 'made-')),
  'copy a file': (target) => fs.copyFileSync(target.secret, fresh(target)),
  'copy files': (target) => fs.cpSync(target.secret, fresh(target)),
  'rename a file': (target) => {
    const [from, to] = [fresh(target), fresh(target)];
    fs.writeFileSync(from, 'x');
    fs.renameSync(from, to);
  },
  'change a mode': ({ secret }) => fs.chmodSync(secret, 0o600),
  'change a time': ({ secret }) => fs.utimesSync(secret, 1, 1),
  'remove a file': ({ scratch }) => fs.rmSync(join(scratch, 'spare')),
  'open a database': ({ database }) => new (sqlite().DatabaseSync)(database).close(),
  'open a database for reading': ({ database }) => new (sqlite().DatabaseSync)(database, { readOnly: true }).close(),
  'attach a database': ({ database }) => inMemory().exec(`attach '${database}' as other`),
  'write a database': (target) => inMemory().exec(`vacuum into '${fresh(target)}'`),
  'back a database up': (target) => sqlite().backup(inMemory(), fresh(target)),
  'write a report': (target) => process.report.writeReport(fresh(target)),
  'write heap snapshots later': () => v8.setHeapSnapshotNearHeapLimit(1),
  'write a trace': () => createTracing({ categories: ['node'] }).enable(),
  'write compiled code': (target) => {
    if (enableCompileCache(fresh(target)).status !== 1) throw new Error('not enabled');
  },
  'require a file': ({ scratch }) => require(join(scratch, 'module.cjs')),
  'import a file': ({ scratch }) => import(pathToFileURL(join(scratch, 'module.cjs')).href),
  'register a loader': () => register('data:text/javascript,export{}'),
  'start WASI with the root': () => new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }),
};

/** It ends the process, and so is tried apart. */
export const flags: Attempts = {
  'have V8 write a file': (target) => {
    v8.setFlagsFromString('--redirect-code-traces');
    v8.setFlagsFromString(`--redirect-code-traces-to=${join(target.scratch, 'code')}`);
    v8.setFlagsFromString('--print-opt-code');
    let sum = 0;
    for (let round = 0; round < 20_000; round += 1) for (let i = 0; i < 100; i += 1) sum += i ^ round;
    return sum;
  },
};
