/** The files as a tree: opened, added, renamed, taken away. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../parts/icons.tsx';
import { nameProblem, treeRows } from './file-tree.ts';
import type { Findings } from './findings.ts';
import type { Workspace } from './workspace.ts';

type Naming = { readonly kind: 'add' } | { readonly kind: 'rename'; readonly file: string };

export function FileList({ workspace, findings }: { readonly workspace: Workspace; readonly findings: Findings }) {
  const closed = useSignal<ReadonlySet<string>>(new Set());
  const naming = useSignal<Naming | undefined>(undefined);
  const files = workspace.files.value;
  const changes = new Map(workspace.changes.value.map(({ file, change }) => [file, change]));
  const wrong = new Set(
    findings.checked.value.findings.filter((one) => one.severity === 'error' && one.tags === undefined).map(({ file }) => file),
  );
  const packed = [...files.keys()].filter((file) => file.startsWith('node_modules/')).length;
  const mayWrite = workspace.readOnly.value === undefined;
  const active = workspace.active.value;
  return (
    <nav class="editor-files card" aria-label="Files">
      <div class="editor-files-head">
        <h2>Files</h2>
        {mayWrite ? (
          <span class="editor-files-tools">
            <button
              type="button"
              class="button quiet small icon"
              aria-label="Add a file"
              title="Add a file"
              onClick={() => {
                naming.value = { kind: 'add' };
              }}
            >
              <Icon name="plus" size={14} />
            </button>
            <button
              type="button"
              class="button quiet small icon"
              aria-label="Rename the open file"
              title="Rename the open file"
              disabled={active === undefined}
              onClick={() => {
                if (active !== undefined) naming.value = { kind: 'rename', file: active };
              }}
            >
              <Icon name="editor" size={14} />
            </button>
            <button
              type="button"
              class="button quiet small icon"
              aria-label="Delete the open file"
              title="Delete the open file"
              disabled={active === undefined || files.size - packed < 2}
              onClick={() => active !== undefined && workspace.remove(active)}
            >
              <Icon name="trash" size={14} />
            </button>
          </span>
        ) : null}
      </div>
      {naming.value?.kind === 'add' ? (
        <NameForm
          workspace={workspace}
          naming={naming.value}
          onDone={() => {
            naming.value = undefined;
          }}
        />
      ) : null}
      <ul class="editor-tree">
        {treeRows(files.keys(), closed.value).map(({ kind, path, name, depth }) => {
          const indent = { paddingInlineStart: `${12 + depth * 14}px` };
          if (kind === 'folder') {
            const isOpen = !closed.value.has(path);
            const toggle = () => {
              const next = new Set(closed.peek());
              if (!next.delete(path)) next.add(path);
              closed.value = next;
            };
            return (
              <li key={path}>
                <button type="button" class="editor-row" style={indent} aria-expanded={isOpen} onClick={toggle}>
                  <Icon name={isOpen ? 'down' : 'right'} size={12} />
                  {name}
                </button>
              </li>
            );
          }
          if (naming.value?.kind === 'rename' && naming.value.file === path) {
            return (
              <li key={path}>
                <NameForm
                  workspace={workspace}
                  naming={naming.value}
                  onDone={() => {
                    naming.value = undefined;
                  }}
                />
              </li>
            );
          }
          const change = changes.get(path);
          return (
            <li key={path}>
              <button
                type="button"
                class={wrong.has(path) ? 'editor-row wrong' : 'editor-row'}
                style={indent}
                aria-current={path === active ? 'true' : undefined}
                onClick={() => {
                  workspace.active.value = path;
                }}
              >
                <span class="editor-row-name">{name}</span>
                {wrong.has(path) ? <span class="visually-hidden"> has errors</span> : null}
                {change === undefined ? null : (
                  <span class={`editor-mark ${change}`} title={change}>
                    <span aria-hidden="true">{change === 'added' ? 'A' : 'M'}</span>
                    <span class="visually-hidden"> {change}</span>
                  </span>
                )}
              </button>
            </li>
          );
        })}
        {workspace.changes.value
          .filter(({ change, file }) => change === 'removed' && !file.startsWith('node_modules/'))
          .map(({ file }) => (
            <li key={`removed ${file}`}>
              <button
                type="button"
                class="editor-row removed"
                title="Bring it back"
                disabled={!mayWrite}
                onClick={() => workspace.restore(file)}
              >
                <span class="editor-row-name">{file}</span>
                <span class="editor-mark removed">
                  <span aria-hidden="true">D</span>
                  <span class="visually-hidden"> deleted; press to bring it back</span>
                </span>
              </button>
            </li>
          ))}
      </ul>
      {packed === 0 ? null : <p class="editor-packed muted">{packed} files of packed libraries</p>}
    </nav>
  );
}

function NameForm({ workspace, naming, onDone }: { readonly workspace: Workspace; readonly naming: Naming; readonly onDone: () => void }) {
  const before = naming.kind === 'rename' ? naming.file : '';
  const name = useSignal(before);
  const problem = useSignal<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.setSelectionRange(before.lastIndexOf('/') + 1, before.lastIndexOf('.') < 0 ? before.length : before.lastIndexOf('.'));
  }, [before]);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = name.peek().trim();
    if (given === before) {
      onDone();
      return;
    }
    const others = new Map(workspace.files.peek());
    others.delete(before);
    problem.value = nameProblem(given, others);
    if (problem.value !== undefined) return;
    if (naming.kind === 'add') workspace.add(given);
    else workspace.rename(naming.file, given);
    onDone();
  };
  return (
    <form class="editor-naming" onSubmit={submit}>
      <input
        ref={input}
        class="input"
        aria-label={naming.kind === 'add' ? 'Name of the new file' : `New name of ${naming.file}`}
        aria-invalid={problem.value !== undefined}
        placeholder="lib/prices.ts"
        spellcheck={false}
        autocomplete="off"
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
          problem.value = undefined;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onDone();
        }}
      />
      {problem.value === undefined ? null : (
        <p class="editor-naming-problem" role="alert">
          {problem.value}
        </p>
      )}
    </form>
  );
}
