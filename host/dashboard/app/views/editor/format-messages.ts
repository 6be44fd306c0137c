/** What the page and the thread that formats say to each other. */

export interface FormatQuestion {
  readonly id: number;
  readonly file: string;
  readonly text: string;
}

export type FormatAnswer = { readonly id: number } & ({ readonly text: string } | { readonly problem: string });

/** @returns undefined for what cannot be formatted */
export function parserOf(file: string): 'babel-ts' | 'babel' | 'json' | undefined {
  if (/\.(?:[mc]?ts|tsx)$/.test(file)) return 'babel-ts';
  if (/\.(?:[mc]?js|jsx)$/.test(file)) return 'babel';
  return file.endsWith('.json') ? 'json' : undefined;
}
