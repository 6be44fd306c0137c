/** Rewrites a bundle that has `node:async_hooks`, so that its context outlives each `await`. */

import { type AnyNode, type Node, parse } from 'acorn';
import { applyEdits, type Draft, inOrder, lineStarts, moveMappings, type Segment } from '../../guards/edits.ts';

export interface Rewritten {
  readonly code: string;
  /** Makes the decoded mappings of the code that was given, in place, into those of the rewritten code. */
  readonly move: (mappings: Segment[][]) => void;
}

/** The variable of `loader/node/async_hooks.ts`. It stands in a bundle only where that module does. */
export const contextVariable = '__nboxContext';

/**
 * `await E` becomes `R(await K((E)))`: `K` has the promise fulfilled, always, with its outcome and the context of now,
 * and `R` restores that context before it returns or throws the outcome. A loop of `for await` restores at the start of
 * each round and at the end. An async generator's `yield` and `return`, which await too, are made to do so by an
 * `await` of their own.
 *
 * @throws SyntaxError where the code is no module; RangeError where it is nested too deeply for the parser
 */
export function keepContext(code: string): Rewritten {
  const starts = lineStarts(code);
  const drafts: Draft[] = [];
  const put = (at: number, text: string, closes = false): void => {
    drafts.push({ at, text, remove: 0, closes, order: drafts.length });
  };
  const { places, names } = survey(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  const keep = freshName('K', names);
  const restore = freshName('R', names);
  const set = freshName('S', names);
  const saved = freshName('C', names);

  for (const place of places) {
    switch (place.is) {
      case 'await':
        put(place.node.start, `${restore}(`);
        put(place.inner.start, `${keep}((`);
        put(place.inner.end, ')))', true);
        break;
      case 'awaiting':
        put(place.inner.start, `${restore}(await ${keep}((`);
        put(place.inner.end, ')))', true);
        break;
      case 'delegation':
        put(place.node.start, `${set}(${contextVariable},`);
        put(place.node.end, ')', true);
        break;
      case 'loop':
        put(place.node.start, `{const ${saved}=${contextVariable};try{`);
        put(place.node.end, `}finally{${set}(${saved})}}`, true);
        put(place.body.start, `{${set}(${saved});`);
        put(place.body.end, '}', true);
        break;
      default:
        throw new Error(`Unknown place ${JSON.stringify(place satisfies never)}`);
    }
  }
  const edits = inOrder(drafts);
  return {
    code: first({ keep, restore, set }) + applyEdits(code, edits),
    move: (mappings) => {
      moveMappings(mappings, starts, edits);
      mappings.unshift([]);
    },
  };
}

/**
 * One line. The natives are taken before any module runs, since `async_hooks` replaces `then`. Setting a context
 * leaves a job behind that clears it, as in `async_hooks.ts`.
 */
function first({ keep, restore, set }: { keep: string; restore: string; set: string }): string {
  return [
    `var ${contextVariable},{${keep},${restore},${set}}=(()=>{`,
    'const P=Promise,call=Function.prototype.call,then=call.bind(P.prototype.then),resolve=P.resolve.bind(P),clean=resolve();',
    `let clearing=false;const clear=()=>{clearing=false;${contextVariable}=void 0};`,
    `const set=(c,v)=>{${contextVariable}=c;if(c!==void 0&&!clearing){clearing=true;then(clean,clear)}return v};`,
    'return{',
    `${keep}:(v)=>{const c=${contextVariable};`,
    'if(v===null||(typeof v!=="object"&&typeof v!=="function"))return[c,v,false];',
    // A promise of another kind may begin its work when it is asked for.
    'const t=v instanceof P?void 0:v.then;if(typeof t==="function"){const w=v;v={then:(a,b)=>{set(c);return call.call(t,w,a,b)}}}',
    'return then(resolve(v),(x)=>[c,x,false],(x)=>[c,x,true])},',
    `${restore}:(o)=>{set(o[0]);if(o[2])throw o[1];return o[1]},`,
    `${set}:set`,
    '}})();\n',
  ].join('');
}

/** What is rewritten, outer places before inner ones. */
type Place =
  | { readonly is: 'await'; readonly node: Node; readonly inner: Node }
  /** What awaits without the word. */
  | { readonly is: 'awaiting'; readonly inner: Node }
  | { readonly is: 'delegation'; readonly node: Node }
  | { readonly is: 'loop'; readonly node: Node; readonly body: Node };

interface Survey {
  readonly places: readonly Place[];
  readonly names: ReadonlySet<string>;
}

type Visit = { readonly node: AnyNode; readonly inAsyncGenerator: boolean; readonly label: Node | undefined };

/** With a stack of its own: a long chain of operators is a deep tree. */
function survey(program: Node): Survey {
  const places: Place[] = [];
  const names = new Set<string>();
  const waiting: Visit[] = [{ node: program as AnyNode, inAsyncGenerator: false, label: undefined }];
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { node, label } = visit;
    let { inAsyncGenerator } = visit;
    let labelBelow: Node | undefined;
    switch (node.type) {
      case 'Identifier':
        names.add(node.name);
        break;
      case 'AwaitExpression':
        places.push({ is: 'await', node, inner: node.argument });
        break;
      case 'ForOfStatement':
        // A label stays right before its loop, since `continue` needs it there.
        if (node.await) places.push({ is: 'loop', node: label ?? node, body: node.body });
        break;
      case 'LabeledStatement':
        labelBelow = label ?? node;
        break;
      case 'YieldExpression':
        if (!inAsyncGenerator) break;
        if (node.delegate) places.push({ is: 'delegation', node });
        else if (node.argument) places.push({ is: 'awaiting', inner: node.argument });
        break;
      case 'ReturnStatement':
        if (inAsyncGenerator && node.argument) places.push({ is: 'awaiting', inner: node.argument });
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        inAsyncGenerator = node.async && node.generator;
        break;
      case 'StaticBlock':
      case 'PropertyDefinition':
        inAsyncGenerator = false;
        break;
      default:
    }
    const children: AnyNode[] = [];
    for (const value of Object.values(node) as unknown[]) {
      if (Array.isArray(value)) children.push(...value.filter(isNode));
      else if (isNode(value)) children.push(value);
    }
    // The last child is pushed first: an outer node's edit must be known before an inner one's.
    for (const child of children.reverse()) waiting.push({ node: child, inAsyncGenerator, label: labelBelow });
  }
  return { places, names };
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function freshName(stem: string, taken: ReadonlySet<string>): string {
  let name = `${stem}await`;
  for (let number = 1; taken.has(name); number += 1) name = `${stem}await${number}`;
  return name;
}
