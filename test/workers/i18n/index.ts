/** Greets in the language that the client likes best, with prices and dates as they are written there. */
const greetings: Record<string, string> = { en: 'Hello', de: 'Hallo', fr: 'Bonjour' };

function languagesOf(header: string): string[] {
  return header
    .split(',')
    .map((part) => {
      const [tag = '', ...params] = part.trim().split(';');
      const q = params.find((param) => param.trim().startsWith('q='));
      return { tag: tag.trim(), q: q === undefined ? 1 : Number(q.trim().slice(2)) };
    })
    .filter(({ tag, q }) => tag !== '' && q > 0)
    .sort((a, b) => b.q - a.q)
    .map(({ tag }) => tag);
}

export default {
  async fetch(request): Promise<Response> {
    const wanted = languagesOf(request.headers.get('Accept-Language') ?? '');
    const locale = wanted.find((tag) => greetings[tag.split('-')[0] as string] !== undefined) ?? 'en';
    const greeting = greetings[locale.split('-')[0] as string];
    const price = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }).format(1234.5);
    const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 2));
    return new Response(`${greeting}: ${price}, ${date}`, { headers: { 'Content-Language': locale, Vary: 'Accept-Language' } });
  },
} satisfies ExportedHandler;
