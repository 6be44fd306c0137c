/** How a plugin begins: its id, and a template that runs as it stands. Beside it the drafts that this browser keeps. */

import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import { useResource } from '../../data/use-resource.ts';
import { Card } from '../../parts/card.tsx';
import { Either } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { href, navigate } from '../../routes/location.ts';
import { isPluginId } from '../../routes/route.ts';
import type { Drafts } from './drafts.ts';
import type { Files } from './merge-files.ts';
import type { Template } from './wire.ts';

export function NewPlugin({ drafts }: { readonly drafts: Drafts }) {
  const id = useSignal('');
  const isWrong = useSignal(false);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = id.peek().trim();
    isWrong.value = !isPluginId(given);
    if (!isWrong.value) navigate(href({ view: 'editor', plugin: given }));
  };
  return (
    <div class="grid two">
      <Card title="Write a plugin" about="a new one, or one that there is">
        <form class="editor-new" onSubmit={submit}>
          <div class="field">
            <label for="plugin-id">Id</label>
            <input
              id="plugin-id"
              class="input mono"
              placeholder="shop/detail/prices"
              autocomplete="off"
              spellcheck={false}
              aria-invalid={isWrong.value}
              aria-describedby="plugin-id-help"
              value={id.value}
              onInput={(event) => {
                id.value = event.currentTarget.value;
              }}
            />
            <p id="plugin-id-help" class={isWrong.value ? 'help bad' : 'help'}>
              Domain, group and name, each 1 to 63 of a-z, 0-9 and “-”. Its calls come under this path.
            </p>
          </div>
          <button type="submit" class="button primary">
            Go on
          </button>
        </form>
      </Card>
      <DraftList drafts={drafts} />
    </div>
  );
}

function DraftList({ drafts }: { readonly drafts: Drafts }) {
  const [list, setList] = useState<Awaited<ReturnType<Drafts['list']>>>([]);
  useEffect(() => {
    let isGone = false;
    drafts.list().then(
      (found) => {
        if (!isGone) setList(found);
      },
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [drafts]);
  return (
    <Card title="Drafts" about="kept in this browser" flush>
      {list.length === 0 ? <p class="empty small">None: what you write and do not publish is kept here.</p> : null}
      <ul class="list">
        {list.map(({ plugin, savedAt }) => (
          <li key={plugin}>
            <a class="grow" href={href({ view: 'editor', plugin })}>
              {plugin}
            </a>
            <Ago at={savedAt} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function TemplateChoice({ plugin, choose }: { readonly plugin: string; readonly choose: (files: Files) => void }) {
  const templates = useResource('templates', (signal) => get<{ readonly templates: readonly Template[] }>('/v1/templates', signal));
  return (
    <Card title="What to begin with" about={`there is no plugin ${plugin} yet; nothing of it is live before you publish`}>
      <Either of={templates} label="templates">
        {({ templates: all }) => (
          <ul class="editor-templates">
            {all.map(({ name, what, files }) => (
              <li key={name}>
                <button type="button" class="editor-template" onClick={() => choose(new Map(Object.entries(files)))}>
                  <span class="editor-template-name">{name}</span>
                  <span>{what}</span>
                  <span class="muted">{Object.keys(files).join(', ')}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Either>
    </Card>
  );
}
