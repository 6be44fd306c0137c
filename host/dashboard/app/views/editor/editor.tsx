/** The view in which a plugin is written, tried and published: of a new one, of what is live, or of a release that is looked at. */

import { untracked } from '@preact/signals';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { mayDeployTo, session } from '../../access/session.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import { Loading, Problem } from '../../parts/states.tsx';
import { query } from '../../routes/location.ts';
import { browserDrafts } from './drafts.ts';
import { Editing, type Opened } from './editing.ts';
import { NewPlugin, TemplateChoice } from './new-plugin.tsx';
import { Workbench } from './workbench.tsx';

export function Editor({ plugin }: { readonly plugin: string | undefined }) {
  const { value } = session;
  const actor = typeof value === 'object' ? value.actor : '';
  const drafts = useMemo(() => browserDrafts(actor), [actor]);
  if (plugin === undefined) return <NewPlugin drafts={drafts} />;
  const release = numberOf(query.value['release']);
  return <PluginEditor key={`${actor} ${plugin} ${release ?? ''}`} plugin={plugin} release={release} drafts={drafts} />;
}

interface PluginEditorProps {
  readonly plugin: string;
  readonly release: number | undefined;
  readonly drafts: ReturnType<typeof browserDrafts>;
}

function PluginEditor({ plugin, release, drafts }: PluginEditorProps) {
  const editing = useMemo(() => new Editing(plugin, drafts), [plugin, drafts]);
  const [opened, setOpened] = useState<Opened | ProblemDetails | undefined>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isGone = false;
    editing
      .open(
        release,
        untracked(() => mayDeployTo(plugin)),
      )
      .then(
        (found) => {
          if (isGone) return;
          const { file, line, column } = query.peek();
          if (found === 'ready' && file !== undefined) {
            editing.workspace.show({ file, line: numberOf(line) ?? 1, column: numberOf(column) ?? 1 });
          }
          setOpened(found);
        },
        (error: unknown) => {
          if (isGone) return;
          if (!(error instanceof ApiError)) throw error;
          setOpened(error.problem);
        },
      );
    return () => {
      isGone = true;
    };
  }, [editing, release, attempt]);
  useEffect(() => {
    const flush = () => editing.flush();
    document.addEventListener('visibilitychange', flush);
    window.addEventListener('pagehide', flush);
    return () => {
      document.removeEventListener('visibilitychange', flush);
      window.removeEventListener('pagehide', flush);
      editing.close();
    };
  }, [editing]);
  if (opened === undefined) return <Loading label={`the source of ${plugin}`} height={420} />;
  if (opened === 'new') {
    return (
      <TemplateChoice
        plugin={plugin}
        choose={(files) => {
          editing.begin(files);
          setOpened('ready');
        }}
      />
    );
  }
  if (opened === 'ready') return <Workbench editing={editing} onDiscarded={setOpened} />;
  return <Problem problem={opened} again={() => setAttempt(attempt + 1)} />;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
