/** Where one signs in: with a token of the host. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ended, signIn } from '../access/session.ts';
import { Command } from '../parts/copy.tsx';
import { Logo } from '../parts/icons.tsx';

/** Where people log in by their identity provider, where there is one. */
const loginAt = document.querySelector<HTMLMetaElement>('meta[name="nbox-login"]')?.content;

export function SignIn() {
  const token = useSignal('');
  const fault = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · nbox';
    input.current?.focus();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    fault.value = await signIn(token.value.trim());
    isBusy.value = false;
    if (fault.value !== undefined) input.current?.select();
  };
  return (
    <main class="sign-in">
      <form class="sign-in-card" onSubmit={(event) => void submit(event)}>
        <div class="brand">
          <Logo size={30} />
          nbox
        </div>
        <div>
          <h1>Sign in</h1>
          <p class="secondary">With a token of this host.</p>
        </div>
        {ended.value === undefined ? null : <p role="status">{ended.value}</p>}
        <div class="field">
          <label for="token">Token</label>
          <input
            ref={input}
            id="token"
            name="token"
            class="input mono"
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            placeholder="nbox_…"
            required
            aria-invalid={fault.value !== undefined}
            aria-describedby="token-help"
            value={token.value}
            onInput={(event) => {
              token.value = event.currentTarget.value;
            }}
          />
          <span
            id="token-help"
            class="help"
            role={fault.value === undefined ? undefined : 'alert'}
            style={fault.value === undefined ? {} : { color: 'var(--bad)' }}
          >
            {fault.value ?? 'It was printed when the host was first started; NBOX_ADMIN_TOKEN sets another.'}
          </span>
        </div>
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {isBusy.value ? 'Signing in…' : 'Sign in'}
        </button>
        {loginAt === undefined ? null : (
          <a class="button" href={`${loginAt}?to=${encodeURIComponent(window.location.pathname)}`} target="_self">
            Sign in with your identity provider
          </a>
        )}
        <div class="field">
          <span class="label">No token at hand?</span>
          <Command text="NBOX_ADMIN_TOKEN=… nbox start" />
        </div>
      </form>
    </main>
  );
}
