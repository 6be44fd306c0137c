/**
 * Refuses `import()` and `require()` of a name that is put together from parts and begins with a dot. esbuild takes
 * these for glob patterns and reads whatever on the host's disk fits, without asking any plugin of ours; no option
 * turns that off. So each file is read before esbuild may bundle it.
 */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { type AnyNode, type Expression, type Node, parse } from 'acorn';
import { type Loader, type PartialMessage, type TransformFailure, type TransformOptions, transform } from 'esbuild';

export interface CheckedFile {
  readonly file: string;
  readonly text: string;
  readonly loader: Loader;
  /** As the bundle is made with: what esbuild folds must be folded here too. */
  readonly options: Pick<TransformOptions, 'target' | 'define' | 'tsconfigRaw'>;
}

const advice =
  'the name of an import must be a plain string: one that is put together and begins with "." is not available in a plugin. ' +
  'Import each file by its whole name, in a table of import()s where needed';

/** An `import` that no statement begins with; and `require`, of which a letter or more may be written as an escape. */
const suspicious = /(?<![\w$])import(?![\w$]|\s*["'{*]|\s+[\w$])|(?<![\w$])require(?![\w$])|\\u(?:00|\{0*)(?:72|65|71|75|69)/;

/** What is wrong with a file, in esbuild's own form; empty where nothing is. A file that cannot be read is wrong too. */
export async function computedImports({ file, text, loader, options }: CheckedFile): Promise<PartialMessage[]> {
  if (!/^[jt]sx?$/.test(loader) || !suspicious.test(text)) return [];
  let code: string;
  let map: TraceMap;
  try {
    const output = { sourcefile: file, sourcemap: 'external', treeShaking: false, charset: 'utf8', logLevel: 'silent' } as const;
    const plain = await transform(text, { ...options, ...output, loader });
    code = plain.code;
    map = new TraceMap(plain.map);
  } catch (error) {
    const { errors } = error as Partial<TransformFailure>;
    if (errors === undefined) throw error;
    return errors.map(({ text: message, location }) => ({ text: message, location }));
  }
  const place = (line: number, column: number): NonNullable<PartialMessage['location']> => {
    const found = originalPositionFor(map, { line, column });
    if (found.source === null) return { file };
    const lineText = text.split('\n')[found.line - 1] ?? '';
    return { file, line: found.line, column: Buffer.byteLength(lineText.slice(0, found.column)), lineText };
  };
  try {
    return globs(code).map((start) => {
      const before = code.slice(0, start);
      const lineStart = before.lastIndexOf('\n') + 1;
      return { text: `${file}: ${advice}`, location: place(before.split('\n').length, start - lineStart) };
    });
  } catch (error) {
    // What acorn cannot read cannot be looked through, and could not be instrumented later.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const { loc } = error as { loc?: { line: number; column: number } };
    return [{ text: `The file cannot be read: ${error.message}`, location: loc === undefined ? { file } : place(loc.line, loc.column) }];
  }
}

/** Where esbuild could see a pattern. @throws SyntaxError, RangeError */
function globs(code: string): number[] {
  const found: number[] = [];
  const waiting: Node[] = [parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowReturnOutsideFunction: true })];
  for (let node = waiting.pop() as AnyNode | undefined; node !== undefined; node = waiting.pop() as AnyNode | undefined) {
    const name =
      node.type === 'ImportExpression' ? node.source : node.type === 'CallExpression' && isRequire(node) ? node.arguments[0] : undefined;
    if (name !== undefined && values(name as Expression).some(isGlob)) found.push(name.start);
    for (const child of Object.values(node) as unknown[]) {
      if (Array.isArray(child)) for (const item of child) if (isNode(item)) waiting.push(item);
      if (isNode(child)) waiting.push(child);
    }
  }
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

function isRequire({ callee }: AnyNode & { type: 'CallExpression' }): boolean {
  return callee.type !== 'Super' && values(callee).some((value) => value.type === 'Identifier' && value.name === 'require');
}

/** What an expression can come to, seen through everything that esbuild may fold away. */
function values(expression: Expression): Expression[] {
  switch (expression.type) {
    case 'ConditionalExpression':
      return [...values(expression.consequent), ...values(expression.alternate)];
    case 'LogicalExpression':
      return [...values(expression.left), ...values(expression.right)];
    case 'SequenceExpression':
      return values(expression.expressions.at(-1) as Expression);
    case 'AssignmentExpression':
      return values(expression.right);
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return values(expression.expression);
    default:
      return [expression];
  }
}

/** A name without parts goes the way of every import, and is resolved among the plugin's files. */
function isGlob(expression: Expression): boolean {
  const hasParts =
    (expression.type === 'TemplateLiteral' && expression.expressions.length > 0) ||
    (expression.type === 'BinaryExpression' && expression.operator === '+');
  return hasParts && beginning(expression) !== 'other';
}

/** How the text of an expression begins, as far as it is written down; what is unknown is no pattern to esbuild. */
function beginning(expression: Expression): 'dot' | 'empty' | 'other' {
  const among = values(expression);
  if (among.length > 1) return among.every((value) => beginning(value) === 'other') ? 'other' : 'dot';
  const value = among[0] as Expression;
  if (value.type === 'Literal') return typeof value.value === 'string' ? beginningOf(value.value) : 'other';
  if (value.type === 'TemplateLiteral') {
    for (const [index, { value: quasi }] of value.quasis.entries()) {
      const text = beginningOf(quasi.cooked ?? '');
      if (text !== 'empty') return text;
      const next = value.expressions[index];
      const inner = next === undefined ? 'empty' : beginning(next);
      if (inner !== 'empty') return inner;
    }
    return 'empty';
  }
  if (value.type === 'BinaryExpression' && value.operator === '+') {
    const left = beginning(value.left as Expression);
    return left === 'empty' ? beginning(value.right) : left;
  }
  return 'other';
}

function beginningOf(text: string): 'dot' | 'empty' | 'other' {
  return text === '' ? 'empty' : text.startsWith('.') ? 'dot' : 'other';
}
