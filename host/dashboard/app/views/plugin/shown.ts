/** What the parts of a plugin's page are given of it. */

import type { PluginDetail } from '../../api/wire.ts';

/** The plugin, and the deployment that a change must find live. */
export interface Shown {
  readonly detail: PluginDetail;
  readonly tag: number;
}

export interface TabProps {
  readonly shown: Shown;
  /** After a change of one's own. */
  readonly refresh: () => void;
}
