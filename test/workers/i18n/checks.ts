import type { Check } from '../check.ts';

/** As this machine's own data says it, so that no update of it fails the test. */
const text = (locale: string, greeting: string) =>
  `${greeting}: ${new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(1234.5)}, ${new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 2))}`;

export default [
  {
    it: 'speaks German',
    headers: { 'accept-language': 'de-DE,de;q=0.9,en;q=0.8' },
    text: text('de-DE', 'Hallo'),
    has: { 'content-language': 'de-DE', vary: 'Accept-Language' },
  },
  { it: 'goes by what is liked best', headers: { 'accept-language': 'en;q=0.2, fr-CA;q=0.7, xx' }, text: text('fr-CA', 'Bonjour') },
  { it: 'leaves out what is not wanted', headers: { 'accept-language': 'de;q=0, *;q=0.5' }, text: text('en', 'Hello') },
  { it: 'speaks English else', text: text('en', 'Hello') },
] satisfies Check[];
