/** What the gates say of what is to be published. */

import { Icon } from '../../parts/icons.tsx';
import { Problem } from '../../parts/states.tsx';
import type { Editing } from './editing.ts';
import type { Verdict } from './publishing.ts';
import { ReplayFindings } from './replay-findings.tsx';
import type { ReplayFound } from './wire.ts';

export function PublishVerdict({
  verdict,
  editing,
  onClose,
  again,
}: {
  readonly verdict: Verdict;
  readonly editing: Editing;
  readonly onClose: () => void;
  readonly again: () => void;
}) {
  switch (verdict.kind) {
    case 'asking':
      return (
        <p class="editor-verdict" role="status">
          Type check, tests and recorded requests are being run…
        </p>
      );
    case 'passed': {
      const { tests, replay } = verdict.gates;
      return (
        <>
          <ul class="editor-gates" aria-label="What the gates say">
            <li>
              <Icon name="check" /> Types and bundle
            </li>
            <li>
              <Icon name="check" />{' '}
              {tests === undefined
                ? 'No tests'
                : `${tests.passed === 1 ? '1 test' : `${tests.passed} tests`} passed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`}
            </li>
            {verdict.diagnostics.length === 0 ? null : (
              <li>
                <Icon name="warning" /> {verdict.diagnostics.length === 1 ? '1 warning' : `${verdict.diagnostics.length} warnings`}
              </li>
            )}
          </ul>
          {replay === undefined ? null : <ReplayFindings found={replay} />}
        </>
      );
    }
    case 'refused':
      return (
        <>
          <Problem problem={verdict.problem} again={again} />
          {verdict.problem.code === 'replay_changed' ? <ReplayFindings found={verdict.problem['replay'] as ReplayFound} /> : null}
          {(verdict.problem.diagnostics ?? []).slice(0, 5).map((one, i) => (
            <button
              key={i}
              type="button"
              class="editor-problem"
              onClick={() => {
                onClose();
                editing.workspace.show(one);
              }}
            >
              <span class="dot bad" aria-hidden="true" />
              <span class="editor-problem-text">{one.message}</span>
              <span class="editor-problem-place">
                {one.file}:{one.line}:{one.column}
              </span>
            </button>
          ))}
        </>
      );
  }
}
