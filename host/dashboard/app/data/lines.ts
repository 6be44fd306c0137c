/** The lines of what comes in pieces. */

/**
 * The lines of a text that comes in pieces, some at a time; what stands behind the last line feed is one, too.
 * @param rest is awaited between two of them
 */
export async function* linesOf(pieces: AsyncIterable<string>, inTurn: number, rest: () => Promise<void>): AsyncGenerator<string[], void> {
  let before = '';
  for await (const piece of pieces) {
    const lines = (before + piece).split('\n');
    before = lines.pop() ?? '';
    for (let i = 0; i < lines.length; i += inTurn) {
      yield lines.slice(i, i + inTurn);
      await rest();
    }
  }
  if (before !== '') yield [before];
}
