/** Which component shows which route. Views that not everyone opens are loaded when they are. */

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty, Loading } from '../parts/states.tsx';
import { href } from '../routes/location.ts';
import type { Route } from '../routes/route.ts';
import { Overview } from '../views/overview/overview.tsx';
import { Plugins } from '../views/plugins/plugins.tsx';

const names = {
  ...{ overview: 'Overview', plugins: 'Plugins', releases: 'Releases', hygiene: 'Hygiene', audit: 'Audit' },
  ...{ tokens: 'Tokens', settings: 'Settings' },
} as const;

export function titleOf(route: Route): string {
  switch (route.view) {
    case 'plugin':
      return route.plugin;
    case 'editor':
      return route.plugin === undefined ? 'New plugin' : `Edit ${route.plugin}`;
    case 'nowhere':
      return 'Nothing here';
    default:
      return names[route.view];
  }
}

/** Of its own: nobody else is to load what it takes to write code. */
const Editor = lazy<{ readonly plugin: string | undefined }>('the editor', () =>
  import('../views/editor/editor.tsx').then((module) => module.Editor),
);

export function ViewOf({ route }: { readonly route: Route }) {
  switch (route.view) {
    case 'overview':
      return <Overview />;
    case 'plugins':
      return <Plugins />;
    case 'editor':
      return <Editor plugin={route.plugin} />;
    default:
      return (
        <Empty title="There is no such view">
          <p>The address may be mistyped, or of another version of nbox.</p>
          <a class="button" href={href({ view: 'overview' })}>
            To the overview
          </a>
        </Empty>
      );
  }
}

/** A view of a chunk of its own. @param name for who waits */
export function lazy<Props extends object>(name: string, load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props: Props) {
    const [Ready, setReady] = useState<FunctionComponent<Props> | undefined>(() => loaded);
    const [isMissing, setMissing] = useState(false);
    useEffect(() => {
      if (Ready !== undefined) return;
      load().then(
        (component) => {
          loaded = component;
          setReady(() => component);
        },
        () => setMissing(true),
      );
    }, [Ready]);
    if (isMissing) {
      // The host was updated since the page was loaded: its chunks have other names now.
      return (
        <Empty title="This part of the page could not be loaded">
          <p>The host may be of another version by now, or may not answer.</p>
          <button type="button" class="button" onClick={() => window.location.reload()}>
            Load the page anew
          </button>
        </Empty>
      );
    }
    return Ready === undefined ? <Loading label={name} height={240} /> : <Ready {...props} />;
  };
}
