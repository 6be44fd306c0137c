/** A recorded call as people read it: a request with its headers and body, or an event. */

export interface Recorded {
  readonly interface: string;
  /** `method\nurl\nname\nvalue…`, or an event's JSON. */
  readonly head: string;
  /** In base64. */
  readonly body: string | null;
}

const mostShown = 20_000;

export function recordedText({ interface: name, head, body }: Recorded): string {
  if (!name.startsWith('fetch')) return `${name}\n${pretty(head)}`;
  const [method = '', url = '', ...pairs] = head.split('\n');
  const lines = [`${method} ${url}`];
  for (let i = 0; i + 1 < pairs.length; i += 2) lines.push(`${pairs[i]}: ${pairs[i + 1]}`);
  const text = body === null ? '' : `\n\n${bodyText(body)}`;
  return `${lines.join('\n')}${text}`.slice(0, mostShown);
}

function bodyText(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  try {
    return pretty(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return `(${bytes.length} bytes that are no text)`;
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
