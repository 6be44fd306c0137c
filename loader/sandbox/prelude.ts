/** The prelude evaluated, from which every sandbox starts, and the parts of it that a plugin's code asks for. */

import type { PreludeModules } from '../build.ts';
import { type Part, parts } from '../guest/parts.ts';
import { Engine, type Pointer } from './engine.ts';
import { HostSide, hostFunctionNames, hostFunctions } from './host-functions.ts';
import { type Snapshot, snapshotId, takeSnapshot } from './snapshot.ts';

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
  'explain',
];

export async function evaluatePrelude(modules: PreludeModules): Promise<Prelude> {
  const engine = await Engine.instantiate(0);
  // Whatever process makes the prelude, its memory is the same, so that releases' snapshots fit all.
  engine.onNow(() => 0);
  engine.start();
  engine.provide(hostFunctions, new HostSide(modules));
  const main = engine.evaluatePrelude('main.ts', (name) => modules[name]);
  refuse(engine, main);
  const host = engine.newObject();
  hostFunctionNames.forEach((name, id) => {
    const value = engine.newHostFunction(name, id, 0);
    engine.setProperty(host, name, value);
    engine.free(value);
  });
  const install = engine.getProperty(main, 'install');
  const object = engine.callWith(install, [host]);
  refuse(engine, object);
  const entries: Record<string, Pointer> = {};
  for (const name of entryNames) entries[name] = engine.getProperty(object, name);
  for (const value of [install, host, object, main]) engine.free(value);
  const snapshot = await takeSnapshot(engine, entries);
  return { modules, snapshot, id: snapshotId(snapshot) };
}

/** Gives a sandbox that starts from the prelude the globals that its plugin's code names. */
export function addParts(engine: Engine, entries: Snapshot['entries'], code: string): void {
  const { named, others } = partsFor(code);
  for (const [entry, files] of [
    ['addParts', named],
    ['promiseParts', others],
  ] as const) {
    if (files.length === 0) continue;
    const list = files.map((file) => [file, ...(parts[file] as Part).globals].join(' ')).join('\n');
    const result = engine.call(entries[entry] as Pointer, [list]);
    refuse(engine, result);
    engine.free(result);
  }
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
 * The parts that an instrumented code's words name, and, where it may find globals by other means, all others.
 * @returns files, in the order of `parts`
 */
export function partsFor(code: string): { readonly named: readonly string[]; readonly others: readonly string[] } {
  const found = new Set<string>();
  // The guard's own line comes first, and names `globalThis` in every plugin.
  for (const [word] of code.slice(code.indexOf('\n') + 1).matchAll(anyWord)) found.add(word);
  const named = new Set([...found].flatMap((word) => filesOf.get(word) ?? []));
  const files = Object.keys(parts);
  const dynamic = realm.some((word) => found.has(word));
  return {
    named: files.filter((file) => named.has(file)),
    others: dynamic ? files.filter((file) => !named.has(file) && (parts[file] as Part).globals.length > 0) : [],
  };
}
