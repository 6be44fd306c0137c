/** All that the editor shows of one plugin: files, text, problems, and beside them what comes of trying it. */

import { untracked, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { mayDeployTo } from '../../access/session.ts';
import { ask } from '../../api/client.ts';
import { changes } from '../../data/page.ts';
import { Icon } from '../../parts/icons.tsx';
import { Ago } from '../../parts/time.tsx';
import { attempt, say } from '../../shell/toasts.ts';
import { CodeEditor } from './code-editor.tsx';
import type { Help } from './code-help.ts';
import { ConflictDialog } from './conflict-dialog.tsx';
import type { Editing, Opened } from './editing.ts';
import { EditorBanners } from './editor-banners.tsx';
import { EditorKeys } from './editor-keys.tsx';
import { FileList } from './file-list.tsx';
import { counted, Findings } from './findings.ts';
import { Formatter } from './formatter.ts';
import { LanguageSession } from './language-session.ts';
import { PreviewPanel } from './preview-panel.tsx';
import { Previewing } from './previewing.ts';
import { ProblemList } from './problem-list.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { PublishedDialog } from './published-dialog.tsx';
import { bringTogether, type Conflicted, type Done, Publishing } from './publishing.ts';
import { TestRun } from './test-run.ts';
import { TestsPanel } from './tests-panel.tsx';

type Side = 'preview' | 'tests' | 'keys';

interface WorkbenchProps {
  readonly editing: Editing;
  readonly onDiscarded: (opened: Opened) => void;
}

export function Workbench({ editing, onDiscarded }: WorkbenchProps) {
  const { workspace, plugin } = editing;
  const mayPublish = () => mayDeployTo(plugin);
  const parts = useMemo(() => {
    const send = async (path: string, body: object, signal: AbortSignal | undefined) =>
      (await ask<{ version: number; result: unknown } | undefined>(`/v1/plugins/${plugin}/${path}`, { method: 'POST', body, signal }))
        .value;
    const language = new LanguageSession(send, crypto.randomUUID());
    return {
      language,
      findings: new Findings(workspace, language, untracked(mayPublish)),
      preview: new Previewing(editing),
      tests: new TestRun(editing),
      formatter: new Formatter(),
    };
  }, [editing, plugin, workspace]);
  useEffect(
    () => () => {
      parts.findings.close();
      parts.preview.close();
      parts.formatter.close();
    },
    [parts],
  );
  const side = useSignal<Side>('preview');
  const publishing = useSignal<Publishing | undefined>(undefined);
  const conflict = useSignal<Conflicted | undefined>(undefined);
  const done = useSignal<Done | undefined>(undefined);
  const counts = useComputed(() => counted(parts.findings.checked.value.findings));

  const help: Help = {
    ask: async (kind, place, signal) =>
      untracked(mayPublish) ? await parts.language.ask(kind, workspace.files.peek(), place, signal) : undefined,
    go: (position) => workspace.show(position),
  };
  const mayWrite = () => workspace.readOnly.peek() === undefined && untracked(mayPublish);
  const commands = {
    preview: () => {
      if (!untracked(mayPublish)) return;
      side.value = 'preview';
      void parts.preview.run();
    },
    tests: () => {
      side.value = 'tests';
      void parts.tests.run();
    },
    publish: () => {
      if (mayWrite() && publishing.peek() === undefined) publishing.value = new Publishing(editing);
    },
    format: () => {
      if (mayWrite()) void format(editing, parts.formatter);
    },
  };
  const discard = () =>
    void attempt(async () => onDiscarded(await editing.discard()), `The draft of ${plugin} is gone; this is what is live`);
  usePageKeys(commands);
  useSignalEffect(() => {
    const latest = changes.known.value.value?.find((one) => one.plugin === plugin)?.deployment?.number;
    if (latest !== undefined) void editing.lookAgain(latest);
  });

  return (
    <div class="editor">
      <div class="editor-bar">
        <Status editing={editing} discard={discard} />
        <div class="editor-actions">
          <button
            type="button"
            class="button"
            onClick={commands.format}
            disabled={workspace.readOnly.value !== undefined}
            title="Shift Alt F"
          >
            Format
          </button>
          <button type="button" class="button" onClick={commands.tests} disabled={!mayPublish() || parts.tests.isRunning.value}>
            {parts.tests.isRunning.value ? 'Testing…' : 'Run tests'}
          </button>
          <button
            type="button"
            class="button"
            onClick={commands.preview}
            disabled={!mayPublish() || parts.preview.step.value !== 'idle'}
            title="Ctrl S"
          >
            <Icon name="play" size={13} />
            Preview
          </button>
          <button
            type="button"
            class="button primary"
            onClick={commands.publish}
            disabled={!mayPublish() || workspace.readOnly.value !== undefined || !workspace.isChanged.value}
            title={workspace.isChanged.value ? 'Ctrl Enter' : 'Nothing differs from what is live'}
          >
            Publish…
          </button>
        </div>
      </div>
      <EditorBanners
        editing={editing}
        compare={() => {
          const live = editing.overtaken.peek();
          if (live !== undefined) conflict.value = bringTogether(editing, live);
        }}
        discard={discard}
      />
      <div class="editor-main">
        <FileList workspace={workspace} findings={parts.findings} />
        <section class="editor-center card" aria-label="Text">
          <div class="editor-file">
            <span class="editor-file-name">{workspace.active.value ?? 'No file'}</span>
            <span class="muted">{parts.findings.checked.value.isAsking ? 'Checking…' : errorWords(counts.value.errors)}</span>
          </div>
          <CodeEditor workspace={workspace} findings={parts.findings} help={help} commands={commands} />
          <ProblemList workspace={workspace} findings={parts.findings} />
        </section>
        <section class="editor-side card" aria-label="Trying it">
          <div class="tabs" role="tablist" aria-label="Trying it">
            {tabs.map(([name, title]) => (
              <button
                key={name}
                type="button"
                role="tab"
                class="tab"
                id={`editor-tab-${name}`}
                aria-selected={side.value === name}
                aria-controls="editor-side-panel"
                onClick={() => {
                  side.value = name;
                }}
              >
                {title}
              </button>
            ))}
          </div>
          <div id="editor-side-panel" class="editor-side-panel" role="tabpanel" aria-labelledby={`editor-tab-${side.value}`} tabIndex={0}>
            {side.value === 'preview' ? <PreviewPanel editing={editing} previewing={parts.preview} /> : null}
            {side.value === 'tests' ? <TestsPanel workspace={workspace} run={parts.tests} start={commands.tests} /> : null}
            {side.value === 'keys' ? <EditorKeys /> : null}
          </div>
        </section>
      </div>
      {publishing.value === undefined ? null : (
        <PublishDialog
          editing={editing}
          publishing={publishing.value}
          onClose={() => {
            publishing.value = undefined;
          }}
          onConflict={(found) => {
            publishing.value = undefined;
            conflict.value = found;
          }}
          onDone={(made) => {
            publishing.value = undefined;
            done.value = made;
          }}
        />
      )}
      {done.value === undefined ? null : (
        <PublishedDialog
          plugin={plugin}
          done={done.value}
          onClose={() => {
            done.value = undefined;
          }}
        />
      )}
      {conflict.value === undefined ? null : (
        <ConflictDialog
          plugin={plugin}
          conflicted={conflict.value}
          onClose={() => {
            conflict.value = undefined;
          }}
          onMerged={(files) => {
            const live = conflict.peek()?.live;
            conflict.value = undefined;
            if (live !== undefined) editing.merged(files, live);
            say('Both are brought together. Look at it, try it, and publish.');
          }}
        />
      )}
    </div>
  );
}

const tabs = [
  ['preview', 'Preview'],
  ['tests', 'Tests'],
  ['keys', 'Keys'],
] as const;

function Status({ editing, discard }: { readonly editing: Editing; readonly discard: () => void }) {
  const { release } = editing.workspace.base.value;
  const saved = editing.savedAt.value;
  const isChanged = editing.workspace.isChanged.value;
  const mayDiscard = isChanged && release !== undefined && editing.workspace.readOnly.value === undefined;
  return (
    <div class="editor-status">
      <span class="badge">{release === undefined ? 'Not published yet' : `From release ${release}`}</span>
      <span class="muted" role="status">
        {saved !== undefined ? (
          <>
            Kept in this browser <Ago at={saved} />
          </>
        ) : isChanged ? (
          'Keeping…'
        ) : (
          'Nothing is changed'
        )}
      </span>
      {mayDiscard ? (
        <button type="button" class="link" onClick={discard}>
          Discard changes
        </button>
      ) : null}
    </div>
  );
}

function errorWords(count: number): string {
  return count === 0 ? 'No errors' : count === 1 ? '1 error' : `${count} errors`;
}

async function format({ workspace }: Editing, formatter: Formatter): Promise<void> {
  const file = workspace.active.peek();
  const text = file === undefined ? undefined : workspace.files.peek().get(file);
  if (file === undefined || text === undefined) return;
  const formatted = await formatter.format(file, text);
  if (formatted instanceof Error) say(`${file} is not formatted: ${formatted.message}`, true);
  // Whoever has typed on meanwhile has the say.
  else if (workspace.files.peek().get(file) === text) workspace.write(file, formatted);
}

/** Ctrl S and Ctrl Enter work wherever the focus is in the view; in the text they are its own keys. */
function usePageKeys({ preview, publish }: { readonly preview: () => void; readonly publish: () => void }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (document.querySelector('dialog[open]') !== null) return;
      if (event.key === 's') preview();
      else if (event.key === 'Enter') publish();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}
