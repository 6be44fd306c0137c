/**
 * Loops whose rounds can be counted many at a time: `for (let i = 0; i < n; i++)` where nothing in the loop changes `i` or
 * `n`, and, where nothing leaves them early, `for (let i = a * b; i < n; i += step)` where nothing changes `step`. Up to a
 * bound that is near enough such a loop runs as it is, without a guard in each round.
 */

import type { AnyNode, ForStatement, Literal } from 'acorn';
import type { Assignment, ForLoop, Scope, Survey } from './survey.ts';

/** A loop that may be counted ahead. */
export interface AheadLoop {
  readonly loop: ForLoop;
  readonly variable: string;
  /** Text of what the variable is compared with: it has the same value in every round. */
  readonly bound: string;
  /** Where the bound stands in the test. */
  readonly boundAt: { readonly start: number; readonly end: number };
  readonly operator: '<' | '<=';
  /** Text of what is added in each round; `undefined` where it is 1. What it is can be told only when the loop begins. */
  readonly step: string | undefined;
}

/** The loops that can be, by their nodes. None where there may be a BigInt, which is compared with numbers but not added to them. */
export function aheadLoops(survey: Survey, code: string): ReadonlyMap<AnyNode, AheadLoop> {
  const found = new Map<AnyNode, AheadLoop>();
  if (survey.hasBigInts) return found;
  for (const [node, loop] of survey.forLoops) {
    const ahead = asAhead(loop, survey, code);
    if (ahead !== undefined) found.set(node, ahead);
  }
  return found;
}

function asAhead(loop: ForLoop, { assignments }: Survey, code: string): AheadLoop | undefined {
  const { init, test, update } = loop.node;
  if (loop.hasOddJumps || loop.hasFunctions) return undefined;
  if (init?.type !== 'VariableDeclaration' || init.kind !== 'let' || test?.type !== 'BinaryExpression') return undefined;
  if ((test.operator !== '<' && test.operator !== '<=') || test.left.type !== 'Identifier') return undefined;
  const variable = test.left.name;
  const declarator = init.declarations.find(({ id }) => id.type === 'Identifier' && id.name === variable);
  if (declarator === undefined) return undefined;
  const byOne = isNumber(declarator.init) && addsOne(update, variable);
  const step = byOne ? undefined : stepOf(loop, variable, declarator.init, assignments);
  if (!byOne && (step === undefined || test.operator !== '<')) return undefined;
  const within = (name: string) => (assignments.get(name) ?? []).filter(({ at }) => at > loop.node.start && at < loop.node.end);
  // Once where it is declared, once where it is raised.
  if (within(variable).length !== 2) return undefined;

  const { right } = test;
  const ahead = { loop, variable, operator: test.operator, boundAt: right, bound: code.slice(right.start, right.end), step };
  if (isNumber(right)) return ahead;
  const isLength =
    right.type === 'MemberExpression' && !right.computed && right.property.type === 'Identifier' && right.property.name === 'length';
  if (isLength && loop.changesProperties) return undefined;
  const name = isLength ? right.object : right;
  if (name.type !== 'Identifier' || /[\n\r\u2028\u2029]/.test(ahead.bound)) return undefined;
  const inHead = init.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name.name);
  const isFixed = inHead ? within(name.name).length === 1 : isConstantIn(name.name, loop, assignments.get(name.name) ?? []);
  return isFixed ? ahead : undefined;
}

/** Whether a variable from outside of a loop has one value for as long as it runs, whatever else runs meanwhile. */
function isConstantIn(name: string, { node, place }: ForLoop, assignments: readonly Assignment[]): boolean {
  let owner: Scope | undefined = place.scope;
  while (owner !== undefined && !owner.declared.has(name)) owner = owner.parent;
  const isElsewhere = ({ scope, at }: Assignment) => scope === place.scope && (at < node.start || at > node.end);
  // Declared within a block or the head of a loop: in this function, if nowhere else is anything of that name given a value.
  if (owner === undefined) return assignments.some(({ declares }) => declares) && assignments.every(isElsewhere);
  const { start, end } = owner.node;
  const inOwner = assignments.filter(({ at }) => at > start && at < end);
  if (owner !== place.scope) return inOwner.length <= 1 && inOwner.every(({ declares }) => declares);
  return inOwner.every(isElsewhere);
}

function addsOne(update: ForStatement['update'], variable: string): boolean {
  if (update?.type === 'UpdateExpression') return update.operator === '++' && isName(update.argument, variable);
  return (
    update?.type === 'AssignmentExpression' &&
    update.operator === '+=' &&
    isName(update.left, variable) &&
    isNumber(update.right) &&
    update.right.value === 1
  );
}

/** What gives a number whatever it is applied to, where there is no BigInt. */
const arithmetic = new Set(['-', '*', '/', '%', '**']);

/** What is added to a number in each round, where that is a constant, and nothing leaves the loop but its test. */
function stepOf(loop: ForLoop, variable: string, init: AnyNode | null | undefined, assignments: Survey['assignments']): string | undefined {
  const { update } = loop.node;
  if (loop.breaks.length > 0 || loop.returns.length > 0) return undefined;
  if (!isNumber(init) && !(init?.type === 'BinaryExpression' && arithmetic.has(init.operator))) return undefined;
  if (update?.type !== 'AssignmentExpression' || update.operator !== '+=' || !isName(update.left, variable)) return undefined;
  const { right } = update;
  if (isNumber(right)) return String(right.value);
  if (right.type !== 'Identifier' || right.name === variable) return undefined;
  return isConstantIn(right.name, loop, assignments.get(right.name) ?? []) ? right.name : undefined;
}

function isName(node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function isNumber(node: AnyNode | null | undefined): node is Literal & { value: number } {
  return node?.type === 'Literal' && typeof node.value === 'number';
}
