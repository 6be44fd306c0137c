/** The plugin's tests: what came of them, each failure with its place. */

import { Icon } from '../../parts/icons.tsx';
import { Empty, Loading, Problem } from '../../parts/states.tsx';
import { isScript } from './code-language.ts';
import type { TestResult, TestRun } from './test-run.ts';
import type { FailedTests } from './wire.ts';
import type { Workspace } from './workspace.ts';

interface TestsPanelProps {
  readonly workspace: Workspace;
  readonly run: TestRun;
  readonly start: () => void;
}

export function TestsPanel({ workspace, run, start }: TestsPanelProps) {
  const last = run.result.value;
  if (run.isRunning.value) return <Loading label="the tests" />;
  if (last === undefined) {
    return (
      <Empty title="The tests were not run yet" small>
        <p>They run on the host as a push would run them: each from the state that the modules leave.</p>
        <button type="button" class="button" onClick={start}>
          Run tests
        </button>
      </Empty>
    );
  }
  return (
    <div aria-live="polite">
      {last.of === workspace.files.value ? null : <p class="muted">The text has changed since.</p>}
      <Result result={last.result} workspace={workspace} />
    </div>
  );
}

function Result({ result, workspace }: { readonly result: TestResult; readonly workspace: Workspace }) {
  switch (result.kind) {
    case 'problem':
      return <Problem problem={result.problem} />;
    case 'passed':
      return (
        <p class="editor-verdict ok">
          <Icon name="check" /> {result.report.passed} passed{result.report.skipped > 0 ? `, ${result.report.skipped} skipped` : ''} in{' '}
          {Math.round(result.report.durationMs)} ms
        </p>
      );
    case 'none':
      return (
        <Empty title="There are no tests" small>
          <p>A file that ends in .test.ts has some; they run with each push.</p>
          <button type="button" class="button" onClick={() => workspace.add(...firstTest(workspace))}>
            Add one
          </button>
        </Empty>
      );
    case 'failed':
      return <Failed tests={result.tests} workspace={workspace} />;
  }
}

function Failed({ tests, workspace }: { readonly tests: FailedTests; readonly workspace: Workspace }) {
  return (
    <>
      <p class="editor-verdict bad">
        {tests.failed} failed, {tests.passed} passed{tests.notRun > 0 ? `, ${tests.notRun} not run` : ''}
      </p>
      <ul class="editor-failures">
        {tests.failures.map((one, i) => (
          <li key={i}>
            <p class="editor-failed-test">{one.test === '' ? 'The tests themselves' : one.test}</p>
            <p>{one.message}</p>
            {one.diff === undefined ? null : <pre class="editor-body">{one.diff}</pre>}
            <button type="button" class="link" onClick={() => workspace.show(one)}>
              {one.file}:{one.line}:{one.column}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function firstTest(workspace: Workspace): [file: string, text: string] {
  const files = workspace.files.peek();
  const entry = [...files.keys()].find((file) => /^index\.[mc]?[tj]sx?$/.test(file)) ?? [...files.keys()].find(isScript) ?? 'index.ts';
  const name = entry.replace(/\.\w+$/, '.test.ts');
  const text = `import { call } from 'nbox:test';\nimport plugin from './${entry.split('/').at(-1)}';\n\nit('answers', async () => {\n  const response = await call(plugin, '/');\n  expect(response.status).toBe(200);\n});\n`;
  return [files.has(name) ? 'more.test.ts' : name, text];
}
