/** Formats a text off the page's own thread: a thousand lines take longer than a page may be held up. */

import * as babel from 'prettier/plugins/babel';
import * as estree from 'prettier/plugins/estree';
import { format } from 'prettier/standalone';
import { type FormatAnswer, type FormatQuestion, parserOf } from './format-messages.ts';

/** The style of nbox itself; nobody need choose one. */
const style = { printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;

self.addEventListener('message', async ({ data }: MessageEvent<FormatQuestion>) => {
  const answer = async (): Promise<FormatAnswer> => {
    try {
      const parser = parserOf(data.file);
      if (parser === undefined) return { id: data.id, problem: 'There is no format for files of this kind.' };
      return { id: data.id, text: await format(data.text, { ...style, parser, plugins: [babel, estree] }) };
    } catch (error) {
      // A text that does not parse, mostly: with its place in the first line.
      return { id: data.id, problem: (error as Error).message.split('\n', 1)[0] ?? '' };
    }
  };
  self.postMessage(await answer());
});
