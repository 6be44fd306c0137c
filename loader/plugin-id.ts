/** A plugin's id, `domain/group/name`, and the one place that checks it. */

import { NboxError } from '../guards/errors.ts';

/** `domain/group/name`, each part `[a-z0-9-]{1,63}`. */
export type PluginId = string & { readonly __brand: 'PluginId' };

const part = /^[a-z0-9-]{1,63}$/;

/** @throws NboxError `invalid_plugin_id` */
export function pluginId(domain: string, group: string, name: string): PluginId {
  for (const [label, value] of [
    ['domain', domain],
    ['group', group],
    ['name', name],
  ] as const) {
    if (!part.test(value)) {
      throw new NboxError('invalid_plugin_id', {
        detail: `The ${label} ${JSON.stringify(value.slice(0, 80))} must be 1 to 63 of a-z, 0-9 and "-"`,
      });
    }
  }
  return `${domain}/${group}/${name}` as PluginId;
}

/** @throws NboxError `invalid_plugin_id` */
export function parsePluginId(text: string): PluginId {
  const parts = text.split('/');
  if (parts.length !== 3) {
    throw new NboxError('invalid_plugin_id', `${JSON.stringify(text.slice(0, 200))} must be domain/group/name`);
  }
  return pluginId(parts[0] as string, parts[1] as string, parts[2] as string);
}
