/** The whole page: the sign-in, or the shell with the view that the address names. */

import { useEffect, useRef } from 'preact/hooks';
import { session } from '../access/session.ts';
import { stream } from '../data/page.ts';
import { Icon } from '../parts/icons.tsx';
import { route } from '../routes/location.ts';
import { KeysHelp } from './keys-help.tsx';
import { PhoneTabs, Side, ThemeButton } from './nav.tsx';
import { openPalette, overlay } from './overlays.ts';
import { Palette } from './palette.tsx';
import { RangePicker } from './range-picker.tsx';
import { SignIn } from './sign-in.tsx';
import { ToastList } from './toast-list.tsx';
import { titleOf, ViewOf } from './view.tsx';

export function App() {
  const { value } = session;
  if (value === 'unknown') return null;
  return (
    <>
      {value === 'none' ? <SignIn /> : <Shell />}
      <ToastList />
    </>
  );
}

function Shell() {
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const title = titleOf(here);
  const place = here.view === 'plugin' || here.view === 'editor' ? `${here.view} ${here.plugin}` : here.view;
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · nbox`;
    // Whoever reads with the ears is told where they are now; at the start they know.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [place]);
  return (
    <div class="shell">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Side />
      <main id="content" ref={main} class="main" tabIndex={-1} aria-label={title}>
        <StreamBanner />
        <div class="top">
          <div class="top-title">
            <h1 title={title}>{title}</h1>
          </div>
          <LiveState />
          <button type="button" class="button jump not-phone" onClick={openPalette}>
            <Icon name="search" size={14} />
            Go to…
            <kbd>Ctrl K</kbd>
          </button>
          <RangePicker />
          <span class="only-phone">
            <ThemeButton />
          </span>
        </div>
        <div class="content">
          <ViewOf route={here} />
        </div>
      </main>
      <PhoneTabs />
      {overlay.value === 'palette' ? <Palette /> : null}
      {overlay.value === 'keys' ? <KeysHelp /> : null}
    </div>
  );
}

const words = { open: 'Live', connecting: 'Connecting', waiting: 'Reconnecting', paused: 'Paused', closed: 'Off' } as const;

function LiveState() {
  const state = stream.state.value;
  return (
    <span class="live not-phone" title="Whether what happens on the host is seen here at once">
      <span class={`live-dot ${state}`} />
      {words[state]}
    </span>
  );
}

function StreamBanner() {
  return stream.state.value === 'waiting' ? (
    <div class="banner" role="status">
      <Icon name="warning" />
      The connection to the host is lost. What is shown may be old; the page tries again by itself.
    </div>
  ) : null;
}
