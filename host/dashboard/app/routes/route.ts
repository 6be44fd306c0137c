/** Every view's address, and back: what `href` writes, `match` reads. */

export const pluginTabs = ['overview', 'releases', 'failures', 'logs', 'capacity'] as const;
export type PluginTab = (typeof pluginTabs)[number];

export type Route =
  | { readonly view: 'overview' | 'plugins' | 'releases' | 'hygiene' | 'audit' | 'tokens' | 'settings' }
  | { readonly view: 'plugin'; readonly plugin: string; readonly tab: PluginTab }
  /** Without a plugin: a new one. */
  | { readonly view: 'editor'; readonly plugin: string | undefined }
  | { readonly view: 'nowhere'; readonly path: string };

export type View = Route['view'];

const single = ['plugins', 'releases', 'hygiene', 'audit', 'tokens', 'settings'] as const;

const part = /^[a-z0-9-]{1,63}$/;

/** @param id `domain/group/name` */
export function isPluginId(id: string): boolean {
  const parts = id.split('/');
  return parts.length === 3 && parts.every((one) => part.test(one));
}

export function pathOf(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '/';
    case 'plugin':
      return `/plugins/${route.plugin}${route.tab === 'overview' ? '' : `/${route.tab}`}`;
    case 'editor':
      return route.plugin === undefined ? '/editor' : `/editor/${route.plugin}`;
    case 'nowhere':
      return route.path;
    default:
      return `/${route.view}`;
  }
}

export function match(path: string): Route {
  if (path === '/') return { view: 'overview' };
  const segments = path.split('/').slice(1);
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  const [first = '', ...rest] = segments;
  if (rest.length === 0) {
    if (first === 'editor') return { view: 'editor', plugin: undefined };
    const view = single.find((one) => one === first);
    if (view !== undefined) return { view };
  }
  const plugin = rest.slice(0, 3).join('/');
  if (isPluginId(plugin)) {
    if (first === 'editor' && rest.length === 3) return { view: 'editor', plugin };
    const tab = rest.length === 3 ? 'overview' : pluginTabs.find((one) => one === rest[3] && one !== 'overview');
    if (first === 'plugins' && rest.length <= 4 && tab !== undefined) return { view: 'plugin', plugin, tab };
  }
  return { view: 'nowhere', path };
}
