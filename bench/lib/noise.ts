/** Plugins that hurt their neighbors, and one that they could hurt. */

/** What noise does in each call. */
export type NoiseKind = 'cpu' | 'memory' | 'native';

export interface NoisyPlugin {
  /** Letters, digits and hyphens. */
  readonly name: string;
  readonly kind: NoiseKind | 'light';
}

/** Requests of one kind of noise, to all its plugins together. */
export interface NoiseLoad {
  readonly kind: NoiseKind;
  readonly plugins: readonly string[];
  readonly perSecond: number;
}

export interface Phase {
  readonly name: string;
  /** The light one's p99 beside it, at most, to its p99 alone. */
  readonly most: number;
  readonly noise: readonly NoiseLoad[];
}

export const light: NoisyPlugin = { name: 'light', kind: 'light' };

/** nbox's default `cpuMs`. */
export const cpuMs = 100;

/**
 * Requests/s to one plugin. `cpu`: ten times what two executors can do of calls that take 100 ms. `memory`: each takes an
 * executor tens of milliseconds and a new sandbox, so what two can do, or more. `native`: each ends an executor after
 * 0.4 s, so four times as many as two executors could lose.
 */
const perSecond: Readonly<Record<NoiseKind, number>> = { cpu: 10 * 2 * (1_000 / cpuMs), memory: 100, native: 20 };

const crowd = 20;

/** @param kinds one plugin for each entry */
function phase(name: string, most: number, kinds: readonly NoiseKind[]): Phase {
  const noise = [...new Set(kinds)].map((kind): NoiseLoad => {
    const plugins = kinds.flatMap((one, n) => (one === kind ? [`${kind}-${n}`] : []));
    return { kind, plugins, perSecond: plugins.length * perSecond[kind] };
  });
  return { name, most, noise };
}

const kinds: readonly NoiseKind[] = ['cpu', 'memory', 'native'];

export const alone = phase('alone', 1, []);
/** Each is measured apart, beside the light plugin; what ends executors may cost it more. */
export const phases: readonly Phase[] = [
  alone,
  phase('CPU', 2, ['cpu']),
  phase('memory', 2, ['memory']),
  phase('native loops', 10, ['native']),
  phase(
    `${crowd} of these`,
    10,
    Array.from({ length: crowd }, (_, n) => kinds[n % kinds.length] as NoiseKind),
  ),
];

export function pluginsOf({ noise }: Phase): NoisyPlugin[] {
  return [light, ...noise.flatMap(({ kind, plugins }) => plugins.map((name) => ({ name, kind })))];
}

/** Rounds of the loop that burns CPU. */
export type Rounds = number;

/** As statements of a function; the same text on every system, but for the rounds. */
export function workOf(kind: NoisyPlugin['kind'], rounds: Rounds): string {
  switch (kind) {
    case 'light':
      return '';
    case 'cpu':
      return `let x = 1; for (let i = 0; i < ${rounds}; i++) x = (x * 31 + i) | 0; if (x === 0.5) return x;`;
    case 'memory':
      // It ends by itself where nothing else ends it.
      return 'const kept = []; while (kept.length < 128) kept.push(new Uint8Array(1048576).fill(1));';
    case 'native':
      // Two loops, in which no engine asks whether it shall stop: QuickJS does not come back from the first, V8 from the second.
      return "try { if (!new RegExp('a|'.repeat(1e6)).test('')) return; } catch {} if (Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1) > 0) return;";
  }
}

/** What a plugin replies with, if it does: each system gives it the path `/x`. */
export function replyOf({ name }: NoisyPlugin): string {
  return JSON.stringify({ plugin: name, hello: '/x' });
}

/** A module as nbox and workerd take it. */
export function moduleOf({ name, kind }: NoisyPlugin, rounds: Rounds): string {
  return `export default { fetch: (r) => { ${workOf(kind, rounds)} return Response.json({ plugin: ${JSON.stringify(name)}, hello: new URL(r.url).pathname }); } }`;
}

/** How many rounds this process makes in so much CPU time: its engine is workerd's, too. */
export function roundsFor(ms: number): Rounds {
  const spin = new Function('rounds', workOf('cpu', 0).replace('i < 0', 'i < rounds')) as (rounds: number) => void;
  let rounds = 1_000_000;
  for (;;) {
    const before = process.cpuUsage();
    spin(rounds);
    const tookMs = process.cpuUsage(before).user / 1_000;
    if (tookMs >= ms / 2) return Math.round((rounds * ms) / tookMs);
    rounds *= 2;
  }
}
