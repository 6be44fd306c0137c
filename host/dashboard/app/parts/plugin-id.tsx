/** A plugin's id: its place in grey, its name in full, and a link to its page. */

import { href } from '../routes/location.ts';
import type { PluginTab } from '../routes/route.ts';

export function PluginLink({ plugin, tab = 'overview' }: { readonly plugin: string; readonly tab?: PluginTab }) {
  const at = plugin.lastIndexOf('/') + 1;
  return (
    <a class="row-link id-text" href={href({ view: 'plugin', plugin, tab })} title={plugin}>
      <span class="id-place">{plugin.slice(0, at)}</span>
      {plugin.slice(at)}
    </a>
  );
}
