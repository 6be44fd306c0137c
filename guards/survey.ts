/** One walk over a module's tree: what the loop guard needs to know of its functions, loops and names. */

import type { AnyNode, ForStatement, Function as FunctionNode, Node, Pattern, Program, ReturnStatement } from 'acorn';

/** A function, a static block or the module itself: what variables are local to. */
export interface Scope {
  readonly node: AnyNode;
  readonly parent: Scope | undefined;
  /** Names of its parameters, of its `var`s, and of what its outermost statements declare: they hold in all of it. */
  readonly declared: Set<string>;
  /** Whether it calls anything, also by what the language itself calls: iterators, `await`. */
  calls: boolean;
}

/** What a statement stands in. */
export interface Place {
  readonly scope: Scope;
  /** The innermost loop or `switch` of the same function: what a `break` ends. */
  readonly breakable: AnyNode | undefined;
  /** The innermost `for (;;)` of the same function. */
  readonly loop: ForLoop | undefined;
}

/** A `for (;;)` with what ends it early. */
export interface ForLoop {
  readonly node: ForStatement;
  readonly place: Place;
  readonly breaks: Node[];
  readonly returns: ReturnStatement[];
  /** Whether its body has jumps to labels, or `try`, which can undo a jump. */
  hasOddJumps: boolean;
  /** Whether functions or classes are made in it. */
  hasFunctions: boolean;
  /** Whether its body can change what `x.length` is, for an x that it does not assign: by a call, or by writing to a property. */
  changesProperties: boolean;
}

export type CountedFunction = Extract<AnyNode, FunctionNode | { type: 'ArrowFunctionExpression' }>;

export type CountedLoop = Extract<
  AnyNode,
  { type: 'WhileStatement' | 'DoWhileStatement' | 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }
>;

/** Something that gives a variable its value. */
export interface Assignment {
  readonly at: number;
  readonly scope: Scope;
  /** `let x = 1` in place of `x = 1`. */
  readonly declares: boolean;
}

export interface Survey {
  readonly names: ReadonlySet<string>;
  /** In the order of the text. */
  readonly counted: readonly (CountedLoop | { readonly function: CountedFunction; readonly scope: Scope; readonly isAccessor: boolean })[];
  readonly forLoops: ReadonlyMap<AnyNode, ForLoop>;
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>;
  readonly evals: readonly Node[];
  readonly imports: readonly Node[];
  /** Whether anything in it can make one: a literal, or a function with their name in its own. */
  readonly hasBigInts: boolean;
}

/** Walks with a stack of its own: a long chain of operators is a deep tree, and must not exhaust the process's. */
export function survey(program: Program): Survey {
  const walk = new Walk(program);
  walk.run();
  return walk;
}

class Walk implements Survey {
  readonly names = new Set<string>();
  readonly counted: Survey['counted'][number][] = [];
  readonly forLoops = new Map<AnyNode, ForLoop>();
  readonly assignments = new Map<string, Assignment[]>();
  readonly evals: Node[] = [];
  readonly imports: Node[] = [];
  hasBigInts = false;
  readonly #accessors = new WeakSet<object>();
  readonly #nodes: AnyNode[];
  readonly #places: Place[];

  constructor(program: Program) {
    this.#nodes = [program];
    const scope = scopeOf(program, undefined);
    this.#places = [{ scope, breakable: undefined, loop: undefined }];
    declareStatements(program.body as readonly AnyNode[], scope);
  }

  run(): void {
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      const place = this.#places.pop() as Place;
      this.#pushChildren(node, this.#visit(node, place));
    }
  }

  /** @returns the place of the node's children */
  #visit(node: AnyNode, place: Place): Place {
    switch (node.type) {
      case 'Identifier':
        this.names.add(node.name);
        if (node.name.includes('BigInt')) this.hasBigInts = true;
        return place;
      case 'Literal':
        if (node.bigint != null) this.hasBigInts = true;
        return place;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.evals.push(node.callee);
        return called(place);
      case 'ImportExpression':
        this.imports.push(node);
        return called(place);
      case 'NewExpression':
      case 'TaggedTemplateExpression':
      case 'YieldExpression':
      case 'AwaitExpression':
      case 'SpreadElement':
      case 'ArrayPattern':
        return called(place);
      case 'AssignmentExpression':
        // Within a pattern there may be properties, too.
        if (node.left.type !== 'Identifier') changed(place);
        this.#assign(node.left, place.scope, false);
        return place;
      case 'UpdateExpression':
        if (node.argument.type === 'MemberExpression') changed(place);
        else this.#assign(node.argument as Pattern, place.scope, false);
        return place;
      case 'UnaryExpression':
        if (node.operator === 'delete') changed(place);
        return place;
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          if (node.kind === 'var') declare(id, place.scope);
          if (init != null || node.kind === 'var') this.#assign(id, place.scope, init != null);
        }
        return place;
      case 'Property':
      case 'MethodDefinition':
        if (node.kind === 'get' || node.kind === 'set') this.#accessors.add(node.value);
        return place;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const scope = scopeOf(node, place.scope);
        this.counted.push({ function: node, scope, isAccessor: this.#accessors.has(node) });
        for (let { loop } = place; loop !== undefined; loop = loop.place.loop) loop.hasFunctions = true;
        for (const one of node.params) declare(one, scope);
        if (node.body.type === 'BlockStatement') declareStatements(node.body.body as readonly AnyNode[], scope);
        return { scope, breakable: undefined, loop: undefined };
      }
      case 'StaticBlock':
        return { scope: scopeOf(node, place.scope), breakable: undefined, loop: undefined };
      case 'ClassDeclaration':
      case 'ClassExpression':
        for (let { loop } = place; loop !== undefined; loop = loop.place.loop) loop.hasFunctions = true;
        return place;
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.counted.push(node);
        return { ...place, breakable: node };
      case 'ForInStatement':
      case 'ForOfStatement':
        this.counted.push(node);
        if (node.type === 'ForOfStatement') called(place);
        if (node.left.type !== 'VariableDeclaration') {
          if (node.left.type !== 'Identifier') changed(place);
          this.#assign(node.left, place.scope, false);
        } else for (const { id } of node.left.declarations) this.#assign(id, place.scope, false);
        return { ...place, breakable: node };
      case 'ForStatement': {
        this.counted.push(node);
        const none = { hasOddJumps: false, hasFunctions: false, changesProperties: false };
        const loop: ForLoop = { node, place, breaks: [], returns: [], ...none };
        this.forLoops.set(node, loop);
        return { scope: place.scope, breakable: node, loop };
      }
      case 'SwitchStatement':
        return { ...place, breakable: node };
      case 'BreakStatement':
        if (node.label != null) oddJump(place);
        else if (place.loop !== undefined && place.loop.node === place.breakable) place.loop.breaks.push(node);
        return place;
      case 'ContinueStatement':
        if (node.label != null) oddJump(place);
        return place;
      case 'ReturnStatement':
        for (let { loop } = place; loop !== undefined; loop = loop.place.loop) loop.returns.push(node);
        return place;
      case 'TryStatement':
        oddJump(place);
        return place;
      default:
        return place;
    }
  }

  #assign(target: Pattern, scope: Scope, declares: boolean): void {
    for (const { name, start } of namesIn(target)) {
      const known = this.assignments.get(name);
      const assignment = { at: start, scope, declares };
      if (known === undefined) this.assignments.set(name, [assignment]);
      else known.push(assignment);
    }
  }

  /** Pushes the last child first, so that the first is taken first: sites are numbered in the order of the text. */
  #pushChildren(node: AnyNode, place: Place): void {
    const stack = this.#nodes;
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
    for (let i = from; i < stack.length; i += 1) this.#places.push(place);
  }
}

function scopeOf(node: AnyNode, parent: Scope | undefined): Scope {
  return { node, parent, declared: new Set(), calls: false };
}

/** Something in this place calls functions of whoever's. */
function called(place: Place): Place {
  place.scope.calls = true;
  return changed(place);
}

function changed(place: Place): Place {
  for (let { loop } = place; loop !== undefined; loop = loop.place.loop) loop.changesProperties = true;
  return place;
}

function oddJump(place: Place): void {
  for (let { loop } = place; loop !== undefined; loop = loop.place.loop) loop.hasOddJumps = true;
}

function declare(pattern: Pattern, scope: Scope): void {
  for (const { name } of namesIn(pattern)) scope.declared.add(name);
}

function declareStatements(statements: readonly AnyNode[], scope: Scope): void {
  for (const statement of statements) {
    const { type } = statement;
    const declaration = type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type === 'VariableDeclaration') for (const { id } of declaration.declarations) declare(id, scope);
  }
}

/** The variables that a pattern gives values to. */
function namesIn(pattern: Pattern): { readonly name: string; readonly start: number }[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => namesIn(one.type === 'RestElement' ? one.argument : one.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one === null ? [] : namesIn(one)));
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      // A property gets the value.
      return [];
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
