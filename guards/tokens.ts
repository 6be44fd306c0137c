/** An approximate tokenizer of TypeScript: one pass, no recursion, no failure, whatever the text. */

export type TokenKind = 'word' | 'number' | 'string' | 'template' | 'regexp' | 'punctuation';

/** @param afterLineBreak whether a line break stands between this token and the one before. */
export type OnToken = (kind: TokenKind, start: number, end: number, afterLineBreak: boolean) => void;

/** After these words a value follows, so that `/` begins a regular expression. */
const beforeValue = new Set('return typeof instanceof in of new delete void throw case do else await yield default extends'.split(' '));

const space = /[\s\uFEFF]*/y;
const word = /(?:[\p{ID_Continue}$#@\\]|\u200c|\u200d)+/uy;
const number = /\.?\d(?:[\w.]|(?<=[eE])[+-])*/y;
const regexp = /\/(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/\w*/y;
const text = { '"': /"(?:[^"\\\n\r]|\\[\s\S])*"?/y, "'": /'(?:[^'\\\n\r]|\\[\s\S])*'?/y };
const templateText = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const operators = /=>|\?\.(?!\d)|\.\.\.|\+\+|--|<\/|\/>|[\s\S]/uy;

function endOf(pattern: RegExp, code: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(code) ? pattern.lastIndex : from;
}

/**
 * Where it errs (a regular expression after `)`, text in JSX) it errs for a line; nothing that it reports is
 * relied on for safety.
 */
export function tokenize(code: string, onToken: OnToken): void {
  /** By open brace: whether it is a template's `${`. */
  const braces: boolean[] = [];
  let at = 0;
  let afterValue = false;
  let afterLineBreak = false;
  /** No regular expression ends before this offset: looking again for each `/` of a long line would take quadratic time. */
  let noRegexpBefore = 0;
  const emit = (kind: TokenKind, end: number): void => {
    onToken(kind, at, end, afterLineBreak);
    at = end;
    afterLineBreak = false;
  };
  /** From after the opening backtick or the brace that closed a substitution. */
  const template = (): void => {
    at = endOf(templateText, code, at);
    if (code.startsWith('${', at)) {
      braces.push(true);
      emit('punctuation', at + 2);
      afterValue = false;
    } else {
      at += 1;
      afterValue = true;
    }
  };
  while (at < code.length) {
    const blank = endOf(space, code, at);
    if (blank !== at) {
      afterLineBreak ||= /[\n\r\u2028\u2029]/.test(code.slice(at, blank));
      at = blank;
      continue;
    }
    const char = code[at] as string;
    if (char === '/' && (code[at + 1] === '/' || code[at + 1] === '*')) {
      const line = code[at + 1] === '/';
      const close = line ? code.indexOf('\n', at) : code.indexOf('*/', at + 2);
      at = close === -1 ? code.length : line ? close : close + 2;
    } else if (char === '"' || char === "'") {
      emit('string', endOf(text[char], code, at));
      afterValue = true;
    } else if (char === '`') {
      emit('template', at + 1);
      template();
    } else if (char === '}' && braces.pop() === true) {
      emit('punctuation', at + 1);
      template();
    } else {
      let end = endOf(number, code, at);
      if (end !== at) {
        emit('number', end);
        afterValue = true;
        continue;
      }
      end = endOf(word, code, at);
      if (end !== at) {
        afterValue = !beforeValue.has(code.slice(at, Math.min(end, at + 12)));
        emit('word', end);
        continue;
      }
      if (char === '/' && !afterValue && code[at - 1] !== '<' && at >= noRegexpBefore) {
        end = endOf(regexp, code, at);
        if (end !== at) {
          emit('regexp', end);
          afterValue = true;
          continue;
        }
        const lineEnd = code.indexOf('\n', at);
        noRegexpBefore = lineEnd === -1 ? code.length : lineEnd;
      }
      if (char === '{') braces.push(false);
      end = endOf(operators, code, at);
      // `x++` stays a value, `++` before one does not become one.
      if (!(end === at + 2 && (char === '+' || char === '-'))) afterValue = char === ')' || char === ']' || char === '}';
      emit('punctuation', end);
    }
  }
}
