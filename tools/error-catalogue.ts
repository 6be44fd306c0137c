/** The catalogue of errors as a page. */

import { errorAdvice } from '../guards/error-advice.ts';
import { type ErrorCode, errorCatalogue, type Fault } from '../guards/errors.ts';

const head = `# Errors

<!-- made by npm run docs, from guards/errors.ts and guards/error-advice.ts -->

Every failure, on the traffic port and of the admin API, is a problem (RFC 9457): \`application/problem+json\` with \`title\`,
\`status\`, \`detail\`, and a \`code\` that never changes its meaning. Match on the code. \`type\` is \`urn:nbox:error:\` with the code, the same
wherever the host is; the admin API links to the code's place on this page beside it (\`Link: </docs/errors#…>; rel="help"\`).
\`pointer\` is the field at fault, \`position\` the place in the source. Where trying again makes sense, \`Retry-After\` says when.

Each has someone who can mend its cause: the *author* of the plugin, the *caller*, the *operator* of the host, or the
*host* itself, which is nbox.
`;

const sections: readonly { readonly title: string; readonly from: ErrorCode }[] = [
  { title: 'Calls of plugins', from: 'no_such_plugin' },
  { title: 'The admin API', from: 'unauthorized' },
  { title: 'Stored usage', from: 'usage_too_large' },
  { title: 'Exports, events and the host', from: 'export_busy' },
];

const who: Readonly<Record<Fault, string>> = { author: 'the author', caller: 'the caller', operator: 'the operator', host: 'the host' };

export function errorPage(): string {
  const entries = Object.entries(errorCatalogue) as [ErrorCode, (typeof errorCatalogue)[ErrorCode]][];
  const parts = entries.map(([code, { status, fault, title }]) => {
    const { means, todo } = errorAdvice[code];
    const section = sections.find(({ from }) => from === code);
    const entry = `### ${code}\n\n${status}, ${who[fault]}. *${title}.* ${means}\n\nWhat to do: ${todo}\n`;
    return section === undefined ? entry : `## ${section.title}\n\n${entry}`;
  });
  return `${[head, ...parts].join('\n')}`;
}
