/** Other processes, and what would give power over this one. */

import childProcess, { type ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import os, { setPriority } from 'node:os';
import { join } from 'node:path';
import nodeProcess, { kill } from 'node:process';
import { Worker } from 'node:worker_threads';
import { type Attempts, emitted, expectZero, unlessDenied } from './attempt.ts';

const require = createRequire(import.meta.url);

// biome-ignore lint/suspicious/noExplicitAny: Node's insides have no types
type Native = any;
const native = process as Native;

export const processes: Attempts = {
  spawn: () => emitted(childProcess.spawn('true'), 'exit'),
  'spawn and wait': () => {
    const { error } = childProcess.spawnSync('true');
    if (error !== undefined) throw error;
  },
  'run a command': () => childProcess.execSync('true'),
  'run a file': () => childProcess.execFileSync('true'),
  'fork itself': ({ scratch }) => emitted(childProcess.fork(join(scratch, 'module.cjs')), 'exit'),
  'fork as a cluster': ({ scratch }) => {
    cluster.setupPrimary({ exec: join(scratch, 'module.cjs') });
    return emitted(cluster.fork(), 'online');
  },
  'spawn natively': () => {
    const child = new (childProcess.ChildProcess as unknown as new () => ChildProcess & Native)();
    const { spawn } = child._handle;
    let given: unknown[] = [];
    child._handle.spawn = (...all: unknown[]) => {
      given = all;
      return spawn.apply(child._handle, all);
    };
    child.spawn({ file: 'true', args: ['true'], envPairs: [`PATH=${'/bin:/usr/bin'}`] });
    if (given.length === 0) throw new Error('not asked for');
  },
  'start a thread': () => emitted(new Worker('', { eval: true }), 'exit'),
  'load an add-on': ({ secret }) => unlessDenied(() => process.dlopen({ exports: {} }, secret)),
  'load a library': ({ secret }) => unlessDenied(() => new (require('node:ffi').DynamicLibrary)(secret)),
  'ask for a signal': ({ pid }) => process.kill(pid, 0),
  'ask for a signal to its parent': () => process.kill(process.ppid, 0),
  'ask for a signal by name': ({ pid }) => kill(pid, 0),
  'ask for a signal by module': ({ pid }) => nodeProcess.kill(pid, 0),
  'ask for a signal by builtin module': ({ pid }) => process.getBuiltinModule('process').kill(pid, 0),
  'ask for a signal by import': async ({ pid }) => (await import('node:process')).kill(pid, 0),
  'ask for a signal natively': ({ pid }) => expectZero(native._kill(pid, 0)),
  'start the debugger of another': ({ pid }) => native._debugProcess(pid),
  'slow another down': ({ pid }) => os.setPriority(pid, 1),
  'slow another down by name': ({ pid }) => setPriority(pid, 2),
  'become who it is': () => process.setuid?.(process.getuid?.() ?? 0) ?? expectFunction(process.setuid),
  'open the debugger': () => {
    inspector.open(0, '127.0.0.1');
    inspector.close();
  },
  'debug itself': () => new inspector.Session().connect(),
  "ask for Node's insides": () => native.binding('fs'),
  'ask for bindings': () => unlessDenied(() => native._linkedBinding('fs')),
  // biome-ignore lint/security/noGlobalEval: it is what must be refused
  'evaluate a text': () => globalThis.eval('1'),
  'make a function of a text': () => new Function('return 1')(),
  'have an environment': () => {
    if (Object.keys(process.env).length === 0) throw new Error('nothing');
  },
};

function expectFunction(value: unknown): void {
  if (typeof value !== 'function') throw new Error('not there');
}
