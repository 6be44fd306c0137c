/** What the palette can do. */

import { computed } from '@preact/signals';
import { signOut } from '../access/session.ts';
import { plugins, setRange } from '../data/page.ts';
import { presetNames, presets } from '../data/range.ts';
import type { IconName } from '../parts/icons.tsx';
import { toggleTheme } from '../parts/theme.ts';
import { href, navigate } from '../routes/location.ts';
import { pluginTabs } from '../routes/route.ts';
import { navItems } from './nav-items.ts';
import { openKeys } from './overlays.ts';

export interface Command {
  readonly name: string;
  readonly what: string;
  readonly icon: IconName;
  readonly run: () => void;
}

export const commands = computed<readonly Command[]>(() => [
  ...navItems.map(({ name, icon, to }): Command => ({ name, icon, what: 'View', run: () => navigate(href(to)) })),
  ...(plugins.known.value.value ?? []).map(
    ({ plugin }): Command => ({
      name: plugin,
      what: 'Plugin',
      icon: 'plugins',
      run: () => navigate(href({ view: 'plugin', plugin, tab: 'overview' })),
    }),
  ),
  ...(plugins.known.value.value ?? []).flatMap(({ plugin }) =>
    pluginTabs
      .filter((tab) => tab !== 'overview')
      .map(
        (tab): Command => ({
          name: `${plugin} ${tab}`,
          what: 'Plugin',
          icon: 'right',
          run: () => navigate(href({ view: 'plugin', plugin, tab })),
        }),
      ),
  ),
  ...presets.map(
    (preset): Command => ({
      name: presetNames[preset],
      what: 'Time range',
      icon: 'overview',
      run: () => setRange({ kind: 'last', preset }),
    }),
  ),
  { name: 'Change between dark and light', what: 'Action', icon: 'moon', run: toggleTheme },
  { name: 'Read the documents', what: 'Action', icon: 'help', run: () => window.location.assign('/docs') },
  { name: 'Show the keys', what: 'Action', icon: 'help', run: openKeys },
  { name: 'Sign out', what: 'Action', icon: 'out', run: () => void signOut() },
]);
