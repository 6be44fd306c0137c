/** The loop guard: counts every round of a loop and every entry of a function, by rewriting a plugin's bundle. */

import { parse, type ReturnStatement } from 'acorn';
import { type AheadLoop, aheadLoops } from './count-ahead.ts';
import { applyEdits, type Draft, inOrder, lineOf, lineStarts, moveMappings, type Segment } from './edits.ts';
import { type CountedFunction, type CountedLoop, type Survey, survey } from './survey.ts';

/** A counted place in the code that was given. Line and column count from 1. */
export interface Site {
  readonly line: number;
  readonly column: number;
}

export interface Instrumented {
  readonly code: string;
  /** By guard number. */
  readonly sites: readonly Site[];
  /** Makes the decoded mappings of the code that was given, in place, into those of the instrumented code. */
  readonly move: (mappings: Segment[][]) => void;
}

/**
 * Puts `if(--F);else T(site);` at the start of each loop body and function body: of all its forms it is the one that takes
 * the engine the fewest instructions. `F` is one more than the fuel that is left, held in the module's scope under a name
 * that the code does not use, so that no guest code can name it; it is an integer, and goes down to 0 by ones, or is looked
 * at where it goes down by more. `T` tells the host and never returns. A function that calls nothing cannot go on for long
 * by itself, and has no guard; loops whose end is known when they begin count many rounds at a time.
 *
 * The first line hands the host a function that reads and sets the fuel. It takes `globalThis.__nboxGuard`, which the
 * guest's prelude removes at that first use. `var`, because the engine checks a `let` of the module at every access.
 *
 * @throws SyntaxError where the code is no module; RangeError where it is nested too deeply for the parser
 */
export function instrument(code: string): Instrumented {
  const found = survey(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  const ahead = aheadLoops(found, code);
  const names = freshNames(found.names);
  const starts = lineStarts(code);
  const aheadSites = new Map<AheadLoop, number>();
  const sites: Site[] = [];
  const drafts: Draft[] = [];
  const put: Put = (at, text, closes = false, remove = 0) => {
    drafts.push({ at, text, remove, closes, order: drafts.length });
  };
  const site = (offset: number): number => {
    const line = lineOf(starts, offset);
    return sites.push({ line: line + 1, column: offset - (starts[line] as number) + 1 }) - 1;
  };
  // It is one only at the very beginning, where the guard's first line comes now.
  if (code.startsWith('#!')) put(0, '//', false, 2);
  for (const one of found.counted) {
    if ('function' in one) {
      if (one.scope.calls || one.isAccessor) guardFunction(one.function, names, site(one.function.start), put);
      continue;
    }
    const number = site(one.start);
    const known = ahead.get(one);
    if (known === undefined) guardLoop(one, names, number, put);
    else {
      aheadSites.set(known, number);
      countAhead(known, names, number, put);
    }
  }
  refundReturns(aheadSites, names, put);
  // A direct eval would see the module's scope and with it the fuel; `(0,eval)` is an indirect one.
  for (const callee of found.evals) put(callee.start, '(0,eval)', false, callee.end - callee.start);
  for (const node of found.imports) put(node.start, names.refuse, false, 'import'.length);

  inOrder(drafts);
  return {
    code: firstLine(names, [...ahead.values()], found.imports.length > 0) + applyEdits(code, drafts),
    sites,
    move: (mappings) => {
      moveMappings(mappings, starts, drafts);
      mappings.unshift([]);
    },
  };
}

type Put = (at: number, text: string, closes?: boolean, remove?: number) => void;

interface Names {
  readonly fuel: string;
  readonly trip: string;
  /** Counts the next rounds of a loop that is counted ahead. */
  readonly rounds: string;
  /** As that, where each round adds more than one. */
  readonly steps: string;
  readonly refuse: string;
  /** With a site's number behind it: up to where such a loop has been counted, and its label. */
  readonly upTo: string;
  readonly label: string;
}

function freshNames(taken: Survey['names']): Names {
  // With numbers behind them, too.
  const stems = new Set([...taken].map((name) => name.replace(/\d+$/, '')));
  const fresh = (stem: string) => {
    let name = stem;
    while (stems.has(name)) name += '_';
    return name;
  };
  return {
    fuel: fresh('F'),
    trip: fresh('T'),
    rounds: fresh('R'),
    steps: fresh('S'),
    refuse: fresh('I'),
    upTo: fresh('M'),
    label: fresh('L'),
  };
}

function firstLine({ fuel, trip, rounds, steps, refuse }: Names, ahead: readonly AheadLoop[], imports: boolean): string {
  return [
    `var ${fuel}=1,${trip}=globalThis.__nboxGuard((n)=>{const left=${fuel}-1;if(n!==undefined)${fuel}=n+1|0;return left})`,
    ahead.some(({ step }) => step === undefined) ? `,${rounds}=${roundsCounter(fuel, trip)}` : '',
    ahead.some(({ step }) => step !== undefined) ? `,${steps}=${stepsCounter(fuel, trip)}` : '',
    imports ? `,${refuse}=()=>Promise.reject(new TypeError("import() of a computed name is not available in a plugin"))` : '',
    ';\n',
  ].join('');
}

/** Counted at a time: inline, and by a function. */
const fewRounds = 64;
const mostRounds = 1_024;

/**
 * Counts the rounds from i to n, at most so many, and no more than there is fuel for. What was counted inline before is
 * taken back. Returns up to where it has counted; e is 1 where n itself is to come.
 */
function roundsCounter(fuel: string, trip: string): string {
  return `(i,n,e,s)=>{let k=n-i+e;if(n-i<${fewRounds})${fuel}+=k|0;if(k>${mostRounds})k=${mostRounds};if(k<${fuel})${fuel}-=k|0;else{k=${fuel}-1;if(k<1)${trip}(s);${fuel}=1}return i+k-e}`;
}

/**
 * Counts the rounds from i by n up to b as `roundsCounter` does. Where they are not sure to get on (n is no number, or so
 * small that adding it to i may leave it where it is), it returns something that counts each round when it is compared.
 */
function stepsCounter(fuel: string, trip: string): string {
  const each = `{valueOf(){if(--${fuel});else ${trip}(s);return typeof b=="object"||typeof b=="function"?+b:b}}`;
  const whole = `if(k>${mostRounds})k=${mostRounds};else{const w=k|0;k=k>w?w+1:w}`;
  const charge = `if(k<${fuel})${fuel}-=k|0;else{k=${fuel}-1;if(k<1)${trip}(s);${fuel}=1}`;
  return `(i,n,b,s)=>{if(!(typeof n=="number"&&n>=1e-6&&i>-1e9&&b<1e9))return${each};let k=(b-i)/n;${whole}${charge}return i+k*n}`;
}

function guardLoop({ body }: CountedLoop, { fuel, trip }: Names, site: number, put: Put): void {
  const guard = `if(--${fuel});else ${trip}(${site});`;
  if (body.type === 'BlockStatement') put(body.start + 1, guard);
  else {
    put(body.start, `{${guard}`);
    put(body.end, '}', true);
  }
}

function guardFunction({ body }: CountedFunction, { fuel, trip }: Names, site: number, put: Put): void {
  if (body.type !== 'BlockStatement') {
    put(body.start, `(--${fuel}?(`);
    put(body.end, `):${trip}(${site}))`, true);
    return;
  }
  const guard = `if(--${fuel});else ${trip}(${site});`;
  // "use strict" is a directive only as long as nothing but directives stands before it.
  const directives = body.body.filter((statement) => 'directive' in statement && statement.directive !== undefined);
  const last = directives.at(-1);
  // A directive may end without a semicolon, where a line break ended it.
  if (last === undefined) put(body.start + 1, guard);
  else put(last.end, `;${guard}`);
}

/**
 * `for (let i = 0; i < n; i++)` becomes a loop of loops: `for (let i = 0, M; i < (M = +n) && …; ) for (; i < M; i++)`, where
 * the outer one's test counts the rounds up to M. What leaves the inner one early gives back what it has not used.
 */
function countAhead(ahead: AheadLoop, names: Names, site: number, put: Put): void {
  const { loop, variable: i, operator, bound, boundAt, step } = ahead;
  const { fuel, rounds, steps } = names;
  const upTo = names.upTo + site;
  if (step !== undefined) {
    const test = `${i}<${bound}&&(${upTo}=${steps}(${i},${step},${bound},${site}),!0)`;
    put((loop.node.init as { readonly end: number }).end, `,${upTo};${test};)for(`);
    put(boundAt.start, upTo, false, boundAt.end - boundAt.start);
    return;
  }
  const label = names.label + site;
  const more = operator === '<' ? '' : '+1';
  const few = `${upTo}-${i}<${fewRounds}&&(${fuel}-=${upTo}-${i}${more}|0)>0`;
  const test = `${i}${operator}(${upTo}=+${bound})&&(${few}||(${upTo}=${rounds}(${i},${upTo},${more === '' ? 0 : 1},${site}),!0))`;
  put((loop.node.init as { readonly end: number }).end, `,${upTo};${test};)for(`);
  put(boundAt.start, upTo, false, boundAt.end - boundAt.start);
  if (loop.breaks.length > 0) put(loop.node.start, `${label}:`);
  for (const { start, end } of loop.breaks) {
    put(start, `{${fuel}+=${unused(ahead, upTo)};break ${label};`, false, 'break'.length);
    put(end, '}', true);
  }
}

/** The rounds that are counted and do not come, while the loop is in one. */
function unused({ variable, operator }: AheadLoop, upTo: string): string {
  return `(${upTo}-${variable}${operator === '<' ? '-1' : ''}|0)`;
}

/** A `return` leaves every loop around it. */
function refundReturns(sites: ReadonlyMap<AheadLoop, number>, { fuel, upTo }: Names, put: Put): void {
  const refunds = new Map<ReturnStatement, string[]>();
  for (const [ahead, site] of sites) {
    for (const node of ahead.loop.returns) {
      const refund = unused(ahead, upTo + site);
      const others = refunds.get(node);
      if (others === undefined) refunds.set(node, [refund]);
      else others.push(refund);
    }
  }
  for (const [{ start, end }, refund] of refunds) {
    put(start, `{${fuel}+=${refund.join('+')};`);
    put(end, '}', true);
  }
}
