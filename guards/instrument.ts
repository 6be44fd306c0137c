/** The loop guard: counts every round of a loop and every entry of a function, by rewriting a plugin's bundle. */

import { type AnyNode, type Node, parse } from 'acorn';
import { applyEdits, type Draft, inOrder, lineOf, lineStarts, moveMappings, type Segment } from './edits.ts';

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
 * Puts `--F<0&&T(site);` at the start of each loop body and function body. `F` is the fuel that is left, held in the
 * module's scope under a name that the code does not use, so that no guest code can name it; `T` asks the host.
 *
 * The first line hands the host a function that reads and sets the fuel. It takes `globalThis.__nboxGuard`, which the
 * guest's prelude removes at that first use. `var`, because the engine checks a `let` of the module at every access.
 *
 * @throws SyntaxError where the code is no module; RangeError where it is nested too deeply for the parser
 */
export function instrument(code: string): Instrumented {
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const starts = lineStarts(code);
  const { names, counted, evals, imports } = survey(program);
  const fuel = freshName('F', names);
  const trip = freshName('T', names);
  const refuse = freshName('I', names);

  const sites: Site[] = [];
  const drafts: Draft[] = [];
  const put = (at: number, text: string, closes = false, remove = 0): void => {
    drafts.push({ at, text, remove, closes, order: drafts.length });
  };
  // It is one only at the very beginning, where the guard's first line comes now.
  if (code.startsWith('#!')) put(0, '//', false, 2);
  for (const node of counted) {
    const line = lineOf(starts, node.start);
    const guard = `--${fuel}<0&&${trip}(${sites.length})`;
    sites.push({ line: line + 1, column: node.start - (starts[line] as number) + 1 });
    guardBody(node, guard, put);
  }
  // A direct eval would see the module's scope and with it the fuel; `(0,eval)` is an indirect one.
  for (const callee of evals) put(callee.start, '(0,eval)', false, callee.end - callee.start);
  for (const node of imports) put(node.start, refuse, false, 'import'.length);

  inOrder(drafts);
  const first = [
    `var ${fuel}=0,${trip}=globalThis.__nboxGuard((n)=>{const left=${fuel};if(n!==undefined)${fuel}=n;return left})`,
    imports.length === 0 ? '' : `,${refuse}=()=>Promise.reject(new TypeError("import() of a computed name is not available in a plugin"))`,
    ';\n',
  ].join('');
  return {
    code: first + applyEdits(code, drafts),
    sites,
    move: (mappings) => {
      moveMappings(mappings, starts, drafts);
      mappings.unshift([]);
    },
  };
}

type Counted = Extract<
  AnyNode,
  {
    type:
      | 'WhileStatement'
      | 'DoWhileStatement'
      | 'ForStatement'
      | 'ForInStatement'
      | 'ForOfStatement'
      | 'FunctionDeclaration'
      | 'FunctionExpression'
      | 'ArrowFunctionExpression';
  }
>;

interface Survey {
  readonly names: ReadonlySet<string>;
  readonly counted: readonly Counted[];
  readonly evals: readonly Node[];
  readonly imports: readonly Node[];
}

/** Walks the tree with a stack of its own: a long chain of operators is a deep tree, and must not exhaust the process's. */
function survey(program: Node): Survey {
  const names = new Set<string>();
  const counted: Counted[] = [];
  const evals: Node[] = [];
  const imports: Node[] = [];
  const stack: AnyNode[] = [program as AnyNode];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    switch (node.type) {
      case 'Identifier':
        names.add(node.name);
        break;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') evals.push(node.callee);
        break;
      case 'ImportExpression':
        imports.push(node);
        break;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        counted.push(node);
        break;
      default:
    }
    pushChildren(node, stack);
  }
  return { names, counted, evals, imports };
}

/** Pushes the last child first, so that the first is taken first: sites are numbered in the order of the text. */
function pushChildren(node: AnyNode, stack: AnyNode[]): void {
  const from = stack.length;
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  // `in` order is the order of the fields' making, which is the order of the text; a loop, because this is the hot one.
  for (const name in fields) {
    const value = fields[name];
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) stack.push(item);
    } else if (isNode(value)) stack.push(value);
  }
  for (let low = from, high = stack.length - 1; low < high; low += 1, high -= 1) {
    const swap = stack[low] as AnyNode;
    stack[low] = stack[high] as AnyNode;
    stack[high] = swap;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function guardBody(node: Counted, guard: string, put: (at: number, text: string, closes?: boolean) => void): void {
  const body = node.body as AnyNode;
  if (body.type !== 'BlockStatement') {
    const arrow = node.type === 'ArrowFunctionExpression';
    put(body.start, arrow ? `(${guard},` : `{${guard};`);
    put(body.end, arrow ? ')' : '}', true);
    return;
  }
  // "use strict" is a directive only as long as nothing but directives stands before it.
  const directives = body.body.filter((statement) => 'directive' in statement && statement.directive !== undefined);
  const last = directives.at(-1);
  // A directive may end without a semicolon, where a line break ended it.
  if (last === undefined) put(body.start + 1, `${guard};`);
  else put(last.end, `;${guard};`);
}

function freshName(stem: string, taken: ReadonlySet<string>): string {
  let name = stem;
  for (let number = 1; taken.has(name); number += 1) name = `${stem}${number}`;
  return name;
}
