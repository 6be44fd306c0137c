/** The prelude evaluated, from which every sandbox starts, and the parts of it that a plugin's code asks for. */

import type { PreludeModules } from '../build.ts';
import { type Part, parts } from '../guest/parts.ts';
import { Engine, type Pointer } from './engine.ts';
import { HostSide, hostFunctions } from './host-functions.ts';
import { decodeSnapshot, restoreSnapshot, type Snapshot, snapshotId, takeSnapshot } from './snapshot.ts';

export interface Prelude {
  readonly modules: PreludeModules;
  /** An engine with the modules that every sandbox needs. */
  readonly snapshot: Snapshot;
  /** Names the snapshot, and so the engine and the modules: those of releases fit over this one only. */
  readonly id: string;
}

const entryNames = [
  'addParts',
  'promiseParts',
  'allowDynamicCode',
  'adopt',
  'dispatch',
  'dispatchTo',
  'dispatchEvent',
  'fuelLeft',
  'setFuel',
  'forget',
  'fire',
  'resume',
  'flush',
  'gone',
  'handOver',
  'takeOver',
  'explain',
];

/**
 * Makes the engine's tables of names as large as a plugin of some size needs. They would else grow in most sandboxes,
 * which changes every name's entry, and each sandbox would have its own copy of these lines.
 */
const growAtoms = `{ const names = {}; for (let i = 0; i < 100; i += 1) names['name ' + i] = i; }`;

export async function evaluatePrelude(modules: PreludeModules): Promise<Prelude> {
  const engine = await Engine.instantiate(0);
  // Whatever process makes the prelude, its memory is the same, so that releases' snapshots fit all.
  engine.onNow(() => 0);
  engine.start();
  engine.provide(hostFunctions, new HostSide(modules));
  const main = engine.evaluatePrelude('main.ts', (name) => modules[name]);
  refuse(engine, main);
  const host = engine.newHostFunction('host');
  const install = engine.getProperty(main, 'install');
  const object = engine.callWith(install, [host]);
  refuse(engine, object);
  const entries: Record<string, Pointer> = {};
  for (const name of entryNames) entries[name] = engine.getProperty(object, name);
  for (const value of [install, host, object, main]) engine.free(value);
  engine.free(engine.evaluateScript(growAtoms, 'atoms.js'));
  const snapshot = await takeSnapshot(engine, entries);
  return { modules, snapshot, id: snapshotId(snapshot) };
}

/** With so many of them, others are made anew each time. */
const mostVariants = 64;
const variants = new WeakMap<Prelude, Map<string, Promise<Snapshot>>>();

/**
 * The prelude with the parts that some plugins need, from which those start: what it has, their memories have in common.
 * @param parts as `partsFor` names them
 * @throws Error where there is no such part
 */
export function preludeWith(prelude: Prelude, parts: string): Promise<Snapshot> {
  if (parts === '') return Promise.resolve(prelude.snapshot);
  const known = variants.get(prelude) ?? new Map<string, Promise<Snapshot>>();
  variants.set(prelude, known);
  const made = known.get(parts) ?? makeVariant(prelude, parts);
  if (known.size < mostVariants) known.set(parts, made);
  return made;
}

/** A release's snapshot over this prelude. @throws Error on bytes that are none */
export function decodeOver(prelude: Prelude, encoded: Uint8Array): Promise<Snapshot> {
  return decodeSnapshot(encoded, (parts) => preludeWith(prelude, parts));
}

async function makeVariant({ modules, snapshot }: Prelude, named: string): Promise<Snapshot> {
  const engine = new Engine(0);
  // Wherever it is made, it is the same.
  engine.onNow(() => 0);
  engine.provide(hostFunctions, new HostSide(modules));
  restoreSnapshot(engine, snapshot);
  const lists = named.split(';').map((list) => list.split(' ').filter((file) => file !== ''));
  for (const [i, entry] of (['addParts', 'promiseParts'] as const).entries()) {
    const lines = (lists[i] ?? []).map((file) => {
      const part = Object.hasOwn(parts, file) ? parts[file] : undefined;
      if (part === undefined) throw new Error(`the prelude has no part ${file}`);
      return [file, ...part.globals].join(' ');
    });
    if (lines.length === 0) continue;
    const result = engine.call(snapshot.entries[entry] as Pointer, [lines.join('\n')]);
    refuse(engine, result);
    engine.free(result);
  }
  return takeSnapshot(engine, snapshot.entries, snapshot, named);
}

function refuse(engine: Engine, result: Pointer): void {
  const error = engine.exception(result);
  if (error !== 0) throw new Error(`the prelude failed: ${engine.text(engine.getProperty(error, 'message'))}`);
}

const wordsOf = ({ globals, words = [] }: Part) => [...globals, ...words];
const filesOf = new Map<string, string[]>();
for (const [file, part] of Object.entries(parts)) {
  for (const word of wordsOf(part)) filesOf.set(word, [...(filesOf.get(word) ?? []), file]);
}
/** Names by which code can come at globals that it does not name. */
const realm = ['globalThis', 'self'];
/** Whole words; what begins with another sign may stand behind one. */
const anyWord = new RegExp(
  `(?:${[...filesOf.keys(), ...realm].map((word) => (/^\w/.test(word) ? `(?<![\\w$])${word}` : RegExp.escape(word))).join('|')})(?![\\w$])`,
  'g',
);

/**
 * Names the parts that an instrumented code's words name, and, where it may find globals by other means, all others,
 * which are evaluated only when they are used.
 * @param dynamicCode whether it makes code from strings, which may name anything
 * @returns the files of both, in the order of `parts`, with a semicolon between; empty where there are none
 */
export function partsFor(code: string, dynamicCode = false): string {
  const found = new Set<string>();
  // The guard's own line comes first, and names `globalThis` in every plugin.
  for (const [word] of code.slice(code.indexOf('\n') + 1).matchAll(anyWord)) found.add(word);
  // Globals can be promised by getters; the language's own methods are there already, without the part.
  if (dynamicCode) found.add('toLocaleString');
  const named = new Set([...found].flatMap((word) => filesOf.get(word) ?? []));
  const files = Object.keys(parts);
  const now = files.filter((file) => named.has(file));
  const any = dynamicCode || realm.some((word) => found.has(word));
  const later = any ? files.filter((file) => !named.has(file) && (parts[file] as Part).globals.length > 0) : [];
  return now.length === 0 && later.length === 0 ? '' : `${now.join(' ')};${later.join(' ')}`;
}
