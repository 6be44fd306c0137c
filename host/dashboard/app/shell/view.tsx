/** Which component shows which route. All but the editor come with the page: many small files take longer than one. */

import { Empty } from '../parts/states.tsx';
import { href } from '../routes/location.ts';
import type { Route } from '../routes/route.ts';
import { Audit } from '../views/audit/audit.tsx';
import { Hygiene } from '../views/hygiene/hygiene.tsx';
import { Overview } from '../views/overview/overview.tsx';
import { Plugin } from '../views/plugin/plugin.tsx';
import { Plugins } from '../views/plugins/plugins.tsx';
import { Releases } from '../views/releases/releases.tsx';
import { Settings } from '../views/settings/settings.tsx';
import { Tokens } from '../views/tokens/tokens.tsx';
import { lazy } from './lazy.tsx';

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
    case 'plugin':
      // By the plugin: of another one nothing is kept.
      return <Plugin key={route.plugin} plugin={route.plugin} tab={route.tab} />;
    case 'releases':
      return <Releases />;
    case 'hygiene':
      return <Hygiene />;
    case 'audit':
      return <Audit />;
    case 'tokens':
      return <Tokens />;
    case 'settings':
      return <Settings />;
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
