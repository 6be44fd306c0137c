/** Colour: on a terminal only, and never where NO_COLOR is set. */

import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';
export type Paint = (style: Style, text: string) => string;

/** `styleText` asks the stream and the environment (NO_COLOR, FORCE_COLOR) itself. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

export const plain: Paint = (_style, text) => text;
