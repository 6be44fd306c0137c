/**
 * Makes secrets and personal fields of recorded calls unreadable: by the names of headers, of parameters and of fields. What
 * is hidden keeps its length and its shape (letters become x, digits 0), so that a plugin that takes it apart still can.
 */

import { isUtf8 } from 'node:buffer';
import { maskNamed } from './named-values.ts';

/** Names as they are compared: in small letters, without `-` and `_`. */
const defaultNames: readonly string[] = [
  // Secrets.
  ...['authorization', 'proxyauthorization', 'cookie', 'setcookie', 'password', 'passwd', 'pwd', 'secret', 'clientsecret'],
  ...['token', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'xauthtoken', 'csrf', 'csrftoken', 'xcsrftoken', 'xxsrftoken'],
  ...['apikey', 'xapikey', 'privatekey', 'signature', 'session', 'sessionid', 'sid', 'pin', 'otp', 'nboxdetails', 'nboxreleasekey'],
  // Of people.
  ...['email', 'mail', 'phone', 'phonenumber', 'mobile', 'tel', 'telephone', 'fax', 'firstname', 'lastname', 'fullname', 'surname'],
  ...[
    'birthday',
    'birthdate',
    'dateofbirth',
    'street',
    'address',
    'addressline1',
    'addressline2',
    'zip',
    'zipcode',
    'postcode',
    'postalcode',
  ],
  ...[
    'passport',
    'passportnumber',
    'idcard',
    'idnumber',
    'ssn',
    'taxid',
    'iban',
    'bic',
    'accountnumber',
    'cardnumber',
    'creditcard',
    'cvv',
    'cvc',
  ],
  ...['xforwardedfor', 'forwarded', 'xrealip', 'clientip', 'ipaddress'],
];

/** In what was recorded; longer texts are hidden whole where they have any of the names. */
const mostScanned = 1_048_576;
/** Of a multipart form: of the line that parts its parts, and of a part's head. */
const mostBoundary = 200;
const mostPartHead = 2_000;

/** What a character stands for. */
type Encoding = 'utf8' | 'latin1';

/** Hides, and notes the names of what it has hidden. */
export interface Hiding {
  /** Of a request: `method\nurl\nname\nvalue…`. */
  head(head: string): string;
  /** JSON, a form, or anything else in which a name and a value stand side by side. */
  text(text: string): string;
  bytes(bytes: Uint8Array | undefined): Uint8Array | undefined;
  /** The JSON of an operation that a guest asked for. */
  op(name: string, json: string): string;
  /** The JSON of an operation's answer. */
  answer(json: string): string;
}

const usualNames: ReadonlySet<string> = new Set(defaultNames);

export class Redactor {
  /** Of the plugin's own. */
  readonly #names: ReadonlySet<string>;

  /** @param more names of the plugin's own, beside those that are always hidden */
  constructor(more: readonly string[] = []) {
    this.#names = new Set(more.map(normal).filter((name) => name !== ''));
  }

  /** @param noted gets the names of what is hidden */
  into(noted: Set<string>): Hiding {
    const text = (given: string, encoding?: Encoding): string => this.#text(given, noted, encoding);
    const headers = (fields: string[], from: number): void => {
      for (let i = from; i + 1 < fields.length; i += 2) fields[i + 1] = this.#header(fields[i] as string, fields[i + 1] as string, noted);
    };
    const withHeaders = (json: string): string => {
      const data = objectOf(json);
      if (data === undefined) return text(json);
      if (typeof data['headers'] === 'string') {
        const fields = data['headers'].split('\n');
        headers(fields, 0);
        data['headers'] = fields.join('\n');
      }
      if (typeof data['url'] === 'string') data['url'] = text(data['url']);
      return JSON.stringify(data);
    };
    return {
      text: (given) => text(given),
      head(head) {
        const fields = head.split('\n');
        if (fields.length > 1) fields[1] = text(fields[1] as string);
        headers(fields, 2);
        return fields.join('\n');
      },
      bytes(bytes) {
        if (bytes === undefined || bytes.length === 0) return bytes;
        // Bytes that are no text may have some among them, as a form with a file does: each stands for a character then.
        const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
        const given = Buffer.from(bytes).toString(encoding);
        const hidden = text(given, encoding);
        return hidden === given ? bytes : Buffer.from(hidden, encoding);
      },
      op: (name, json) => (name.startsWith('fetch') ? withHeaders(json) : text(json)),
      answer: withHeaders,
    };
  }

  #hides(name: string): boolean {
    return usualNames.has(name) || this.#names.has(name);
  }

  #header(name: string, value: string, noted: Set<string>): string {
    const known = normal(name);
    if (!this.#hides(known)) return this.#text(value, noted);
    noted.add(name.toLowerCase());
    // What it is of stays: `Bearer`, and the names of cookies.
    if (known.endsWith('authorization')) return value.replace(/^([A-Za-z]+ )?(.*)$/s, (_, scheme = '', rest) => scheme + masked(rest));
    if (known === 'cookie') return value.replace(/=([^;]*)/g, (_, one) => `=${masked(one)}`);
    if (known === 'setcookie') return value.replace(/=([^;]*)/, (_, one) => `=${masked(one)}`);
    return masked(value);
  }

  #text(text: string, noted: Set<string>, encoding: Encoding = 'utf8'): string {
    if (text.length > mostScanned) {
      noted.add('(a text too long to look through)');
      return masked(text, encoding);
    }
    const boundary = /^--[^\r\n]*(?=\r?\n)/.exec(text.slice(0, mostBoundary))?.[0];
    return boundary === undefined ? this.#fields(text, noted, encoding) : this.#multipart(text, boundary, noted, encoding);
  }

  #fields(text: string, noted: Set<string>, encoding: Encoding): string {
    const isHidden = (name: string) => this.#hides(normal(name));
    return maskNamed(text, isHidden, noted, (value) => masked(value, encoding));
  }

  /** A form of several parts, each with a head that names it; what is none is as good as one part. */
  #multipart(text: string, boundary: string, noted: Set<string>, encoding: Encoding): string {
    const parts = text.slice(boundary.length).split(`\n${boundary}`);
    const hidden = parts.map((part) => {
      const head = /^.*?\r?\n\r?\n/s.exec(part.slice(0, mostPartHead))?.[0] ?? '';
      const name = /;\s*name="?([^";\r\n]*)/i.exec(head)?.[1] ?? '';
      // Of `user[email]` and `email[]`, what is the name of the value.
      const own = name.split(/[[\].]+/).findLast((one) => one !== '') ?? '';
      if (!this.#hides(normal(own))) return this.#fields(part, noted, encoding);
      noted.add(own.toLowerCase());
      return head + masked(part.slice(head.length), encoding);
    });
    const line = this.#fields(boundary, noted, encoding);
    return line + hidden.join(`\n${line}`);
  }
}

const normal = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** Escapes of JSON and of forms stay what they are, and so does all that is neither letter nor digit. */
function masked(value: string, encoding: Encoding = 'utf8'): string {
  return value.replace(/\\u[0-9a-fA-F]{4}|\\.|%[0-9a-fA-F]{2}|\p{L}|\p{N}/gsu, (one) => {
    if (one.startsWith('\\')) return one.length === 6 ? '\\u0078' : one;
    if (one.length === 3 && one.startsWith('%')) return isWord(Number(`0x${one.slice(1)}`)) ? '%78' : one;
    // As many bytes as there were.
    return (/\p{N}/u.test(one) ? '0' : 'x').repeat(Buffer.byteLength(one, encoding));
  });
}

/** A letter or a digit, or a part of a character beyond ASCII. */
const isWord = (byte: number): boolean => byte >= 0x80 || /[0-9A-Za-z]/.test(String.fromCharCode(byte));

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    const data: unknown = JSON.parse(json);
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
