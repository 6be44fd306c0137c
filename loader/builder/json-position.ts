/** Where a text stops being JSON: the engine's own message names the place only sometimes. */

/** @returns line and column, from 1, of the first character that JSON does not allow, or of the end */
export function jsonErrorPosition(text: string): { readonly line: number; readonly column: number } {
  // The longest beginning that could still go on to be JSON; the character after it is at fault.
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

function couldGoOn(beginning: string): boolean {
  // A word cut in two (`tru`) says nothing yet.
  const cut = /[a-z]*$/.exec(beginning)?.[0] ?? '';
  const start = ['true', 'false', 'null'].some((word) => word.startsWith(cut))
    ? beginning.slice(0, beginning.length - cut.length)
    : beginning;
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    return (
      message.startsWith('Unexpected end') ||
      message.startsWith('Unterminated string') ||
      (position !== undefined && Number(position) >= start.length)
    );
  }
}
