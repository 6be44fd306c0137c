/** What the gates would say, as a list: of all files, each with its place. */

import { Icon } from '../../parts/icons.tsx';
import type { Findings } from './findings.ts';
import type { Finding } from './wire.ts';
import type { Workspace } from './workspace.ts';

const mostShown = 100;

export function ProblemList({ workspace, findings }: { readonly workspace: Workspace; readonly findings: Findings }) {
  const { findings: all, problem } = findings.checked.value;
  const said = all.filter(({ tags }) => tags === undefined);
  return (
    <section class="editor-problems" aria-label="Problems">
      <h2 class="editor-problems-head">
        Problems <span class="muted">{said.length === 0 ? 'none' : said.length}</span>
      </h2>
      {problem === undefined ? null : (
        <p class="editor-unchecked" role="status">
          <Icon name="warning" size={14} /> Not checked now: {problem.detail}
        </p>
      )}
      {said.length === 0 ? null : (
        <ul class="editor-problem-list">
          {said.slice(0, mostShown).map((one) => (
            <li key={`${one.file}:${one.from}:${one.code}`}>
              <button type="button" class="editor-problem" onClick={() => workspace.show(one)}>
                <span class={one.severity === 'error' ? 'dot bad' : 'dot warn'} aria-hidden="true" />
                <span class="visually-hidden">{one.severity}</span>
                <span class="editor-problem-text">{one.message}</span>
                <span class="editor-problem-place">
                  {place(one)} <span class="muted">{one.code}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {said.length > mostShown ? <p class="muted">And {said.length - mostShown} more.</p> : null}
    </section>
  );
}

function place({ file, line, column }: Finding): string {
  return file === '' ? 'the whole' : `${file}:${line}:${column}`;
}
