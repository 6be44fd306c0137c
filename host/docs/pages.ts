/** The pages of the documents, in the order of their navigation. */

export interface DocPage {
  /** In its path; empty where it is the first one. */
  readonly name: string;
  readonly title: string;
  /** From the package's folder. */
  readonly file: string;
}

export const docPages: readonly DocPage[] = [
  { name: '', title: 'Start', file: 'README.md' },
  { name: 'first-plugin', title: 'First plugin in five minutes', file: 'docs/first-plugin.md' },
  { name: 'authors', title: 'Writing plugins', file: 'docs/authors.md' },
  { name: 'cli', title: 'The command line', file: 'docs/cli.md' },
  { name: 'operators', title: 'Running a host', file: 'docs/operators.md' },
  { name: 'flows', title: 'How it works', file: 'docs/flows.md' },
  { name: 'architecture', title: 'How it works, and why so', file: 'docs/architecture.md' },
  { name: 'measurements', title: 'Measurements', file: 'docs/measurements.md' },
  { name: 'api', title: 'API', file: 'docs/openapi.json' },
  { name: 'errors', title: 'Errors', file: 'docs/errors.md' },
  { name: 'changes', title: 'Changes', file: 'CHANGELOG.md' },
];

export const docPath = (name: string): string => (name === '' ? '/docs' : `/docs/${name}`);

/** Where a document's link leads, on the admin port; `undefined` where that serves nothing of it. @param from the file that it is in */
export function servedAt(target: string, from: string): string | undefined {
  if (/^https?:\/\//.test(target)) return target;
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? from : new URL(path, `file:///${from}`).pathname.slice(1);
  const anchor = fragment === undefined ? '' : `#${fragment}`;
  const page = docPages.find((one) => one.file === file);
  if (page !== undefined) return `${docPath(page.name)}${anchor}`;
  const [, drawing] = /^docs\/([a-z-]+\.svg)$/.exec(file) ?? [];
  return drawing === undefined ? undefined : `/docs/${drawing}`;
}
