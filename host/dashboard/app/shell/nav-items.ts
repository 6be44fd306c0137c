/** The places that the navigation leads to, in their order. */

import type { IconName } from '../parts/icons.tsx';
import type { Route, View } from '../routes/route.ts';

export interface NavItem {
  readonly name: string;
  readonly icon: IconName;
  readonly to: Route;
  /** Views that are below it. */
  readonly views: readonly View[];
  /** Pressed after `g`. */
  readonly key: string;
  /** For whom alone it is of use: who administers, or who sees the whole host. */
  readonly only?: 'admin' | 'all';
}

export const navItems: readonly NavItem[] = [
  { name: 'Overview', icon: 'overview', to: { view: 'overview' }, views: ['overview'], key: 'o' },
  { name: 'Plugins', icon: 'plugins', to: { view: 'plugins' }, views: ['plugins', 'plugin'], key: 'p' },
  { name: 'Releases', icon: 'releases', to: { view: 'releases' }, views: ['releases'], key: 'r' },
  { name: 'Hygiene', icon: 'hygiene', to: { view: 'hygiene' }, views: ['hygiene'], key: 'h' },
  { name: 'Audit', icon: 'audit', to: { view: 'audit' }, views: ['audit'], key: 'a', only: 'admin' },
  { name: 'Tokens', icon: 'tokens', to: { view: 'tokens' }, views: ['tokens'], key: 't', only: 'admin' },
  { name: 'Settings', icon: 'settings', to: { view: 'settings' }, views: ['settings'], key: 's', only: 'all' },
];

/** Those that the bar at a phone's bottom has room for. */
export const phoneItems: readonly NavItem[] = navItems.slice(0, 4);
