/** Plugins of different kinds, each with the load that it gets: what a host's account is to tell apart. */

import type { Outcome } from '../../host/meter/usage.ts';

export interface MixedPlugin {
  readonly name: string;
  readonly source: string;
  readonly manifest?: Readonly<Record<string, unknown>>;
  readonly flows: readonly { readonly path: string; readonly perSecond: number }[];
  /**
   * Alone it is called so many times as often, which gives executors as much to do as they have in the mix: a call that comes after others costs
   * less than one that wakes an executor, whose caches and predictors are cold.
   */
  readonly timesAlone: number;
  /** Calls of this outcome are counted: what others take is next to nothing. */
  readonly per: Outcome;
  /** Whether what it keeps is much, and the same all the time. */
  readonly keeps?: boolean;
}

const burn = (rounds: string) => `let x = 1; for (let i = 0; i < ${rounds}; i++) x = (x * 31 + i) | 0;`;

/** Together they keep less than a processor busy, the host's own work included: there is as much again beside them. */
export const mix: readonly MixedPlugin[] = [
  {
    ...{ name: 'cheap', timesAlone: 4, per: 'ok', flows: [{ path: '/x?q=1', perSecond: 60 }] },
    // Not the least that a call can be: to come back to it from other work takes a processor 30 to 90 µs on virtual machines, of a call of
    // 900 a tenth.
    source: `export default { fetch(r: Request) {
      const q = new URL(r.url).searchParams.get('q');
      return Response.json({ q, rows: Array.from({ length: 600 }, (_, i) => ({ id: i, name: 'row ' + i })) });
    } };`,
  },
  {
    ...{ name: 'costly', timesAlone: 1, per: 'ok', flows: [{ path: '/', perSecond: 8 }] },
    source: `export default () => { ${burn('300_000')} return x; };`,
  },
  {
    ...{ name: 'allocating', timesAlone: 4, per: 'ok', flows: [{ path: '/', perSecond: 18 }] },
    source: `export default () => {
      const rows = Array.from({ length: 1_000 }, (_, i) => ({ id: i, name: 'row ' + i, tags: [i, i + 1] }));
      return JSON.parse(JSON.stringify(rows)).length;
    };`,
  },
  {
    ...{ name: 'keeping', timesAlone: 6, per: 'ok', flows: [{ path: '/', perSecond: 18 }], keeps: true },
    source: `const kept = Array.from({ length: 24 }, (_, i) => new Uint8Array(1_048_576).fill(i + 1));
      export default () => { ${burn('20_000')} return x + kept.length; };`,
  },
  {
    ...{ name: 'waiting', timesAlone: 2, per: 'ok', flows: [{ path: '/', perSecond: 42 }] },
    source: `const later = (ms: number) => new Promise((done) => setTimeout(done, ms));
      const some = () => { ${burn('20_000')} return x; };
      export default { async fetch(r: Request, env: unknown, ctx: any) {
        await later(5);
        ctx.waitUntil(later(5).then(some));
        return Response.json(some());
      } };`,
  },
  {
    ...{ name: 'failing', timesAlone: 6, per: 'plugin_error', flows: [{ path: '/', perSecond: 28 }] },
    source: `export default () => { ${burn('15_000')} throw new Error('it fails ' + x); };`,
  },
  {
    // Most of its calls end well: one that trips guards in most of them is refused before long.
    ...{ name: 'ended', timesAlone: 3, per: 'loop_budget_exceeded', manifest: { limits: { loopBudget: 200_000 } } },
    flows: [
      { path: '/ends', perSecond: 6 },
      { path: '/well', perSecond: 75 },
    ],
    source: `export default (r: Request) => {
      if (!r.url.endsWith('/ends')) return 'well';
      let x = 1; for (;;) x = (x * 31 + 1) | 0;
    };`,
  },
];

/** Pushed again and again beside the others: what its builds take is its own. */
export const pushed = (n: number): string => `export default () => ${n};`;
