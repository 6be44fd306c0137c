/** Refuses a source text so deeply nested that it would bring a parser down, before any parser sees it. */

import { lineOf, lineStarts } from './edits.ts';
import { NboxError } from './errors.ts';
import { tokenize } from './tokens.ts';

/**
 * Far above what people and minifiers write, far below what was measured to hurt. Nested brackets: acorn gives up at
 * 3,000 and QuickJS, with its 256 KiB of stack, at 1,000; esbuild's process dies of 100,000 and takes quadratic time
 * before. Nested arrows: esbuild needs 2 s for 1,000. Chains: TypeScript needs 11 s for 20,000.
 */
export const nestingLimits = Object.freeze({
  /** `(`, `[`, `{` and `${` that are open at once. */
  brackets: 200,
  /** `a => b => c`. */
  arrows: 100,
  /** Operators, members, calls and statement heads with nothing between them that ends an expression. */
  links: 5_000,
  /** `else if` after `else if`. */
  elses: 1_000,
  /** `<` not yet closed, as in nested type arguments. */
  angles: 1_000,
  /** JSX elements that are open at once. */
  elements: 200,
  /** What commas separate between one pair of brackets: tables, arguments, declarations. */
  items: 200_000,
  /** `(a, b, c)` with no call before it: esbuild nests these, and takes 3 s for 20,000, 20 s for 250,000. */
  sequence: 5_000,
});

type Limit = keyof typeof nestingLimits;

const words: Readonly<Record<Limit, string>> = {
  brackets: 'Brackets are nested deeper than',
  arrows: 'Arrow functions are nested deeper than',
  links: 'An expression or a run of statement heads is longer than',
  elses: 'A chain of else branches is longer than',
  angles: 'Angle brackets are nested deeper than',
  elements: 'JSX elements are nested deeper than',
  items: 'A list is longer than',
  sequence: 'A sequence in parentheses is longer than',
};

/** What has been counted inside one pair of brackets. */
interface Level extends Record<Exclude<Limit, 'brackets'>, number> {
  readonly closer: string;
  readonly grouping: boolean;
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '${': '}' };
/** Words that stand between or before operands as operators do. */
const operatorWords = new Set(
  'as satisfies in of instanceof is extends keyof infer readonly unique typeof void delete await yield new if for while do with else return throw case default async'.split(
    ' ',
  ),
);
/** Words that begin a statement where they begin a line. */
const statementWords = new Set('const let var function class export import return if for while switch throw type interface'.split(' '));

/** @throws NboxError `invalid_source` with the position at which a limit was passed */
export function checkNesting(code: string, file: string): void {
  const levels: Level[] = [newLevel('', false)];
  let level = levels[0] as Level;
  /** What the token before was: the end of a value, or something that ends or needs one. */
  let before: 'value' | ')' | '}' | ';' | 'operator' = ';';
  let start = 0;

  const count = (limit: Exclude<Limit, 'brackets'>): void => {
    level[limit] += 1;
    if (level[limit] > nestingLimits[limit]) refuse(limit, code, file, start);
  };
  const endExpression = (): void => {
    level.links = 0;
    level.arrows = 0;
  };
  /** A chain of else branches ends where a statement ended and something else begins. */
  const endElses = (): void => {
    if (before === ';' || before === '}') level.elses = 0;
  };

  tokenize(code, (kind, from, end, afterLineBreak) => {
    start = from;
    if (kind !== 'punctuation') {
      const text = kind === 'word' && end - from <= 10 ? code.slice(from, end) : '';
      if (text === 'else') {
        count('elses');
        before = 'operator';
      } else if (kind === 'template' && (before === 'value' || before === ')')) {
        count('links');
        before = 'value';
      } else {
        endElses();
        if (afterLineBreak && before !== 'operator' && statementWords.has(text)) {
          level.elses = 0;
          level.elements = 0;
        }
        // Two operands side by side: a statement ended between them, unless `if (…)` came before.
        if (before === 'value' || before === '}' || (before === ')' && afterLineBreak)) {
          if (!operatorWords.has(text) || afterLineBreak) {
            endExpression();
            level.angles = 0;
          }
        }
        if (operatorWords.has(text)) {
          count('links');
          before = 'operator';
        } else before = 'value';
      }
      return;
    }
    const text = code.slice(from, end);
    switch (text) {
      case '(':
      case '[':
      case '{':
      case '${':
        endElses();
        if (text === '{' && before !== 'operator') level.angles = 0;
        count('links');
        level = newLevel(closers[text] as string, text === '(' && before !== 'value' && before !== ')');
        levels.push(level);
        if (levels.length > nestingLimits.brackets + 1) refuse('brackets', code, file, from);
        before = ';';
        break;
      case ')':
      case ']':
      case '}': {
        // Brackets that were misread (in JSX text, in a regular expression) are dropped here, so that errors do not add up.
        const open = levels.findLastIndex((candidate) => candidate.closer === text);
        if (open > 0) {
          levels.length = open;
          level = levels[open - 1] as Level;
        }
        before = text === ']' ? 'value' : text;
        // `}` ends a statement more often than not.
        if (text === '}') level.arrows = 0;
        break;
      }
      case ';':
        endExpression();
        level.angles = 0;
        level.elements = 0;
        level.items = 0;
        before = ';';
        break;
      case ',':
        endExpression();
        count(level.grouping ? 'sequence' : 'items');
        before = 'operator';
        break;
      case '</':
      case '/>':
        // A JSX element ends: its siblings are a list, not a nest.
        endExpression();
        level.elements = Math.max(0, level.elements - 1);
        before = 'operator';
        break;
      case '++':
      case '--':
        count('links');
        break;
      default:
        endElses();
        count('links');
        if (text === '=>') count('arrows');
        else if (text === '<') {
          count('angles');
          if (before !== 'value' && before !== ')') count('elements');
        } else if (text === '>') level.angles = Math.max(0, level.angles - 1);
        before = 'operator';
    }
  });
}

function newLevel(closer: string, grouping: boolean): Level {
  return { closer, grouping, arrows: 0, links: 0, elses: 0, angles: 0, elements: 0, items: 0, sequence: 0 };
}

function refuse(limit: Limit, code: string, file: string, offset: number): never {
  const starts = lineStarts(code);
  const line = lineOf(starts, offset);
  throw new NboxError('invalid_source', {
    detail: `${words[limit]} ${nestingLimits[limit]}`,
    position: { file, line: line + 1, column: offset - (starts[line] as number) + 1 },
  });
}
