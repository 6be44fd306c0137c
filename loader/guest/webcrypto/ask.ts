/** Has the host do what the guest cannot: one question, with bytes beside it, and its answer. */

import { DOMException } from '../dom-exception.ts';
import { host } from '../host.ts';
import { charCodeAt, indexOf, stringSlice } from '../primordials.ts';

type Answer = ArrayBuffer | string | number;

/**
 * @param request words with spaces between; the host's side says which there are
 * @throws DOMException with the name that the host gave
 */
function ask(request: string, a?: ArrayBuffer, b?: ArrayBuffer, c?: ArrayBuffer, d?: ArrayBuffer): Answer {
  const answer = host.subtle(request, a, b, c, d);
  if (typeof answer === 'string' && charCodeAt(answer, 0) === 33) {
    const end = indexOf(answer, ' ');
    throw new DOMException(stringSlice(answer, end + 1), stringSlice(answer, 1, end));
  }
  return answer;
}

export const askBytes = ask as (...args: Parameters<typeof ask>) => ArrayBuffer;
export const askText = ask as (...args: Parameters<typeof ask>) => string;

export function askWhether(request: string, a: ArrayBuffer, b: ArrayBuffer, c?: ArrayBuffer): boolean {
  return ask(request, a, b, c) === 1;
}

export function fail(name: string, message: string): never {
  throw new DOMException(message, name);
}
