/** One component of a URL pattern, in the normal form that the host writes, as a regular expression. The URL Pattern standard's algorithms. */

import { charCodeAt, indexOf, matches, push, stringSlice } from './primordials.ts';

export interface Matcher {
  readonly regexp: RegExp;
  /** The names of its groups. */
  readonly groups: readonly string[];
}

interface Token {
  readonly type: 'open' | 'close' | 'regexp' | 'name' | 'char' | 'modifier' | 'asterisk' | 'end';
  readonly value: string;
}

const NativeRegExp = RegExp;
const start = /^[$_\p{ID_Start}]$/u;
const rest = /^(?:[$_\p{ID_Continue}]|\u200c|\u200d)$/u;

function charAt(text: string, at: number): string {
  const unit = charCodeAt(text, at);
  return stringSlice(text, at, unit >= 0xd800 && unit < 0xdc00 ? at + 2 : at + 1);
}

/** The text is known to be a pattern, so nothing is refused here. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = charAt(text, at);
    const from = at;
    at += char.length;
    if (char === '*') push(tokens, { type: 'asterisk', value: char });
    else if (char === '+' || char === '?') push(tokens, { type: 'modifier', value: char });
    else if (char === '{') push(tokens, { type: 'open', value: char });
    else if (char === '}') push(tokens, { type: 'close', value: char });
    else if (char === '\\') {
      const escaped = charAt(text, at);
      at += escaped.length;
      push(tokens, { type: 'char', value: escaped });
    } else if (char === ':') {
      while (at < text.length) {
        const next = charAt(text, at);
        if (!matches(at === from + 1 ? start : rest, next)) break;
        at += next.length;
      }
      push(tokens, { type: 'name', value: stringSlice(text, from + 1, at) });
    } else if (char === '(') {
      for (let depth = 1; depth > 0 && at < text.length; at += 1) {
        const inner = text[at];
        if (inner === '\\') at += 1;
        else if (inner === '(') depth += 1;
        else if (inner === ')') depth -= 1;
      }
      push(tokens, { type: 'regexp', value: stringSlice(text, from + 1, at - 1) });
    } else push(tokens, { type: 'char', value: char });
  }
  push(tokens, { type: 'end', value: '' });
  return tokens;
}

/** As the standard does, and where the engine takes two signs in a row for an operation on sets, though they are in no class. */
function escape(text: string): string {
  let escaped = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (indexOf('.+*?^{}$()[]|/\\', char) !== -1) escaped += '\\' + char;
    else escaped += char === text[at - 1] && indexOf('&!#%,:;<=>@`~-', char) !== -1 ? '(?:' + char + ')' : char;
  }
  return escaped;
}

function regexpOf(source: string, ignoreCase: boolean): RegExp {
  try {
    return new NativeRegExp(source, ignoreCase ? 'vi' : 'v');
  } catch {
    // What has no sets means the same with `u`, where the engine refuses less.
    try {
      return new NativeRegExp(source, ignoreCase ? 'ui' : 'u');
    } catch {
      throw new TypeError('Invalid regular expression in a URL pattern');
    }
  }
}

/** @param delimiter what ends a name's value @param prefix what goes with the group behind it */
export function componentOf(text: string, delimiter: string, prefix: string, ignoreCase: boolean): Matcher {
  const tokens = tokensOf(text);
  const groups: string[] = [];
  const segment = '[^' + escape(delimiter) + ']+?';
  let source = '^';
  let at = 0;
  let nextKey = 0;
  let pending = '';

  const take = (type: Token['type']): string | undefined => {
    const token = tokens[at] as Token;
    if (token.type !== type) return undefined;
    at += 1;
    return token.value;
  };
  const flush = () => {
    source += escape(pending);
    pending = '';
  };
  const takeText = (): string => {
    let taken = '';
    for (let char = take('char'); char !== undefined; char = take('char')) taken += char;
    return taken;
  };
  const add = (before: string, name: string | undefined, given: string | undefined, after: string, modifier: string): void => {
    if (name === undefined && given === undefined) {
      if (modifier === '') pending += before;
      else {
        flush();
        if (before !== '') source += '(?:' + escape(before) + ')' + modifier;
      }
      return;
    }
    flush();
    const value = given === undefined ? segment : given === '*' ? '.*' : given;
    push(groups, name ?? '' + nextKey);
    if (name === undefined) nextKey += 1;
    const optional = modifier === '' || modifier === '?';
    if (before === '' && after === '') source += optional ? '(' + value + ')' + modifier : '((?:' + value + ')' + modifier + ')';
    else {
      const first = '(?:' + escape(before);
      const last = escape(after) + ')';
      source += optional
        ? first + '(' + value + ')' + last + modifier
        : first + '((?:' + value + ')(?:' + escape(after) + escape(before) + '(?:' + value + '))*)' + last + (modifier === '*' ? '?' : '');
    }
  };
  const takeModifier = (): string => take('modifier') ?? take('asterisk') ?? '';

  while (at < tokens.length) {
    const char = take('char');
    const name = take('name');
    let given = take('regexp');
    if (name === undefined && given === undefined) given = take('asterisk');
    if (name !== undefined || given !== undefined) {
      let before = char ?? '';
      if (before !== '' && before !== prefix) {
        pending += before;
        before = '';
      }
      flush();
      add(before, name, given, '', takeModifier());
    } else if (char !== undefined) pending += char;
    else if (take('open') !== undefined) {
      const before = takeText();
      const inner = take('name');
      let value = take('regexp');
      if (inner === undefined && value === undefined) value = take('asterisk');
      const after = takeText();
      take('close');
      add(before, inner, value, after, takeModifier());
    } else {
      flush();
      at += 1;
    }
  }
  return { regexp: regexpOf(source + '$', ignoreCase), groups };
}
