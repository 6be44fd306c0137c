/** Whether rows make a whole store: in their order, with nothing that refers to what is not there. */

import { z } from 'zod';
import { NboxError } from '../../guards/errors.ts';
import { parseManifest } from '../../loader/manifest.ts';
import { parseJson } from '../admin/json.ts';
import type { StoreRow } from '../store/store-row.ts';

/** The greatest time that a Date can have, in milliseconds. */
const lastTime = 8.64e15;

/** What lists of failures read. */
const summarySchema = z.looseObject({
  ...{ code: z.string(), detail: z.string(), interface: z.string(), request: z.string() },
  ...{ at: z.number().min(0).max(lastTime), redacted: z.array(z.string()), cut: z.boolean() },
});

type Row<Kind extends StoreRow['kind']> = Extract<StoreRow, { kind: Kind }>;

/** The plugin whose rows come now. */
interface Current {
  readonly row: Row<'plugin'>;
  readonly hashes: Set<string>;
  /** Whether each release's content is there, by number. */
  readonly releases: Map<number, boolean>;
  /** The last rows of their kinds. */
  release: number;
  deployment: number;
  /** The releases of the live deployment, once that has come. */
  live: readonly number[] | undefined;
  readonly deployments: Set<number>;
  rollout: number;
  readonly capsules: Set<string>;
}

/** What may follow what within a plugin: a row of the same rank or a higher one. */
const ranks: Readonly<Record<StoreRow['kind'], number>> = {
  ...{ setting: 0, plugin: 1, release: 2, content: 2, deployment: 3, rollout: 4, capsule: 5, once: 6, change: 7 },
  budget: 8,
};

export class Integrity {
  /** The next deployment of each plugin. */
  readonly #plugins = new Map<string, number>();
  #current: Current | undefined;
  #lastPlugin = '';
  #last: StoreRow | undefined;
  #change = 0;
  #lastScope = '';
  readonly #versions = new Set<number>();

  /** @throws NboxError `invalid_export` */
  see(row: StoreRow): void {
    this.#checkOrder(row);
    switch (row.kind) {
      case 'setting':
        break;
      case 'plugin':
        this.#begin(row);
        break;
      case 'release':
        this.#release(this.#of(row), row);
        break;
      case 'content':
        this.#content(this.#of(row), row);
        break;
      case 'deployment':
        this.#deployment(this.#of(row), row);
        break;
      case 'rollout':
        this.#rollout(this.#of(row), row);
        break;
      case 'capsule':
        this.#capsule(this.#of(row), row);
        break;
      case 'once': {
        const { releases, deployments } = this.#of(row);
        check(releases.has(row.release) && deployments.has(row.deployment), 'names a release or deployment that is not there');
        break;
      }
      case 'change':
        this.#end();
        check(row.number > this.#change, 'is not in the order of numbers');
        check((row.deployment ?? 0) < (this.#plugins.get(row.plugin) ?? 0), 'is of a plugin or deployment that never was');
        this.#change = row.number;
        break;
      case 'budget':
        this.#end();
        check(row.scope > this.#lastScope, 'is not in the order of scopes');
        check(!this.#versions.has(row.version), 'has the version of another one');
        check((row.calls ?? row.cpuSeconds ?? row.memoryBytes) !== null, 'bounds nothing');
        this.#lastScope = row.scope;
        this.#versions.add(row.version);
        break;
    }
    this.#last = row;
  }

  /** After the last row. @throws NboxError `invalid_export` */
  end(): void {
    this.#end();
  }

  #checkOrder(row: StoreRow): void {
    const before = this.#last === undefined ? 0 : ranks[this.#last.kind];
    const isNextPlugin = row.kind === 'plugin' && before < ranks.change;
    check(ranks[row.kind] >= before || isNextPlugin, 'does not stand where rows of its kind do');
    check(row.kind !== 'setting' || this.#last === undefined, 'is there twice');
  }

  #begin(row: Row<'plugin'>): void {
    this.#end();
    check(row.plugin > this.#lastPlugin, 'is not in the order of ids');
    check(row.live === null || row.removedAt === null, 'is live and removed');
    this.#plugins.set(row.plugin, row.nextDeployment);
    this.#lastPlugin = row.plugin;
    this.#current = {
      ...{ row, hashes: new Set(), releases: new Map(), deployments: new Set(), capsules: new Set() },
      ...{ release: 0, deployment: 0, rollout: 0, live: undefined },
    };
  }

  #of({ plugin }: { readonly plugin: string }): Current {
    const current = this.#current;
    if (current?.row.plugin !== plugin) throw new NboxError('invalid_export', 'does not stand with its plugin');
    return current;
  }

  #release(current: Current, { number, hash, manifest }: Row<'release'>): void {
    check(number > current.release && number < current.row.nextRelease, 'has a number that cannot stand there');
    check(!current.hashes.has(hash), 'has the content of another one');
    try {
      parseManifest(manifest, [String(manifest['entry'])], '/manifest');
    } catch (error) {
      if (!(error instanceof NboxError)) throw error;
      throw new NboxError('invalid_export', { detail: `has no valid manifest: ${error.message}`, pointer: error.details.pointer ?? '' });
    }
    current.hashes.add(hash);
    current.releases.set(number, false);
    current.release = number;
  }

  #content(current: Current, { number, files }: Row<'content'>): void {
    check(this.#last?.kind === 'release' && this.#last.number === number, 'does not stand behind its release');
    check(new Set(files.map(([name]) => name)).size === files.length, 'has a file twice');
    current.releases.set(number, true);
  }

  #deployment(current: Current, { number, releases, replaced }: Row<'deployment'>): void {
    check(number > current.deployment && number < current.row.nextDeployment, 'has a number that cannot stand there');
    check(replaced === null || replaced < number, 'replaced one that came later');
    const numbers = releases.map((one) => one.number);
    check(
      new Set(numbers).size === numbers.length && numbers.every((one) => current.releases.has(one)),
      'names a release that is not there',
    );
    const sum = releases.reduce((all, { percentage }) => all + Math.round(percentage * 100), 0);
    check(sum === 10_000, 'gives its releases other than 100 percent');
    current.deployment = number;
    current.deployments.add(number);
    if (number === current.row.live) current.live = numbers;
  }

  #rollout(current: Current, { number, release, base, plan, step, deployment }: Row<'rollout'>): void {
    check(number > current.rollout && number < current.row.nextRollout, 'has a number that cannot stand there');
    check(current.releases.has(release) && current.releases.has(base), 'names a release that is not there');
    check(step < plan.steps.length && current.deployments.has(deployment), 'names a step or a deployment that is not there');
    current.rollout = number;
  }

  /** As far as lists read it. Its content is looked at whenever it is read. */
  #capsule(current: Current, { id, release, summary, content }: Row<'capsule'>): void {
    check(current.releases.has(release), 'names a release that is not there');
    check(!current.capsules.has(id), 'is there twice');
    check(fits(summarySchema, summary) && fits(z.looseObject({}), content), 'holds no failure');
    current.capsules.add(id);
  }

  /** Of the plugin that came last: what it serves must be there. */
  #end(): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    const { row, live, releases } = current;
    if (row.live === null) return;
    check(live?.every((number) => releases.get(number) === true) === true, `follows ${row.plugin}, of which not all that is live is there`);
  }
}

function fits(schema: z.ZodType, json: string): boolean {
  try {
    return schema.safeParse(parseJson(json)).success;
  } catch (error) {
    if (error instanceof NboxError) return false;
    throw error;
  }
}

/** @param otherwise what is wrong: of a row, as the words that go on after its place */
function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new NboxError('invalid_export', otherwise);
}
