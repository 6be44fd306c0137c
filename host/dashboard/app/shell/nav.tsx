/** The navigation: at the side, and on a phone at the bottom. */

import { mayAdminister, reachesAll, session, signOut } from '../access/session.ts';
import { live } from '../data/page.ts';
import { Icon, Logo } from '../parts/icons.tsx';
import { theme, toggleTheme } from '../parts/theme.ts';
import { href, route } from '../routes/location.ts';
import { type NavItem, navItems, phoneItems } from './nav-items.ts';
import { openPalette } from './overlays.ts';

function isHere({ views }: NavItem): 'page' | undefined {
  return views.includes(route.value.view) ? 'page' : undefined;
}

function isOfUse({ only }: NavItem): boolean {
  return only === undefined || (only === 'admin' ? mayAdminister.value : reachesAll.value);
}

export function Side() {
  const count = live.overview.value?.plugins;
  return (
    <header class="side">
      <a class="brand" href={href({ view: 'overview' })} aria-label="nbox, overview">
        <Logo />
        nbox
      </a>
      <nav aria-label="Views">
        <ul class="nav-list">
          {navItems.filter(isOfUse).map((item) => (
            <li key={item.name}>
              <a class="nav-link" href={href(item.to)} aria-current={isHere(item)}>
                <Icon name={item.icon} size={17} />
                {item.name}
                {item.to.view === 'plugins' && count !== undefined ? <span class="count muted number">{count}</span> : null}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="side-foot">
        <div class="side-foot-row">
          <span class="actor ellipsis">
            <Actor />
          </span>
          <a class="button quiet small icon" href="/docs" title="Documents" aria-label="Documents">
            <Icon name="help" />
          </a>
          <ThemeButton />
          <button type="button" class="button quiet small icon" title="Sign out" aria-label="Sign out" onClick={() => void signOut()}>
            <Icon name="out" />
          </button>
        </div>
      </div>
    </header>
  );
}

function Actor() {
  const { value } = session;
  return typeof value === 'object' ? (
    <span title={`Scope: ${value.scope}`}>
      {value.actor} · {value.scope}
    </span>
  ) : null;
}

export function ThemeButton() {
  const name = theme.value === 'dark' ? 'Light theme' : 'Dark theme';
  return (
    <button type="button" class="button quiet small icon" title={name} aria-label={name} onClick={toggleTheme}>
      <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
    </button>
  );
}

export function PhoneTabs() {
  return (
    <nav class="tabs-bottom" aria-label="Views">
      {phoneItems.map((item) => (
        <a key={item.name} href={href(item.to)} aria-current={isHere(item)}>
          <Icon name={item.icon} size={20} />
          {item.name}
        </a>
      ))}
      <button type="button" onClick={openPalette}>
        <Icon name="more" size={20} />
        More
      </button>
    </nav>
  );
}
