/**
 * Where a name and a value stand side by side in a text: JSON, JSON within JSON, lists in them, and forms. The expressions know
 * no names, which are looked up when they are found: one that lists a hundred of them takes tens of milliseconds to compile.
 */

/** A way to write a name and its value. */
interface Form {
  /** What stands before the value; its first group is the name. Global, so that it goes on from a place. */
  readonly before: RegExp;
  /** Sticky; one group for each way to write the value. */
  readonly value: RegExp;
  readonly hide: (groups: readonly (string | undefined)[], mask: Mask) => string;
}

export type Mask = (value: string) => string;

const name = '([\\w-]{1,200})';
const number = '(-?\\d[\\d.eE+-]*)';

const quoted = (quote: string) => (groups: readonly (string | undefined)[], mask: Mask) => {
  const [, text, digits] = groups;
  return text === undefined ? (digits ?? '').replace(/\d/g, '1') : quote + mask(text) + quote;
};
const bare = ([, value]: readonly (string | undefined)[], mask: Mask) => mask(value ?? '');

const forms: readonly Form[] = [
  // A value has no quote that is not escaped: what is gone through once is not gone through again.
  { before: new RegExp(`"${name}"\\s*:\\s*`, 'g'), value: new RegExp(`"((?:[^"\\\\]|\\\\.)*)"|${number}`, 'ys'), hide: quoted('"') },
  {
    before: new RegExp(`\\\\"${name}\\\\"\\s*:\\s*`, 'g'),
    value: new RegExp(`\\\\"((?:[^"\\\\]|\\\\\\\\.)*)\\\\"|${number}`, 'ys'),
    hide: quoted('\\"'),
  },
  // Lists of texts and numbers only: those of other things are looked through as all else is.
  {
    before: new RegExp(`"${name}"\\s*:\\s*\\[`, 'g'),
    value: /((?:[^"\\{}[\]]|"(?:[^"\\]|\\.)*")*)(?=\])/sy,
    hide: bare,
  },
  {
    before: new RegExp(`\\\\"${name}\\\\"\\s*:\\s*\\[`, 'g'),
    value: /((?:[^"\\{}[\]]|\\"(?:[^"\\]|\\\\.)*\\")*)(?=\])/sy,
    hide: bare,
  },
  // A name may stand in brackets (`user[email]`), and be one of several of its kind (`email[]`).
  {
    before: new RegExp(`(?:^|[?&;\\s]|\\[|%5B)${name}(?:\\]|%5D)?(?:\\[\\]|%5B%5D)?=`, 'gi'),
    value: /([^&;\s]*)/y,
    hide: bare,
  },
];

/**
 * @param isHidden of a name as it stands there
 * @param noted gets the names whose values were masked, in small letters
 * @param mask makes of a value what is to stand in its place
 */
export function maskNamed(text: string, isHidden: (name: string) => boolean, noted: Set<string>, mask: Mask): string {
  return forms.reduce((given, form) => maskForm(given, form, isHidden, noted, mask), text);
}

function maskForm(
  text: string,
  { before, value, hide }: Form,
  isHidden: (name: string) => boolean,
  noted: Set<string>,
  mask: Mask,
): string {
  let masked = '';
  let from = 0;
  before.lastIndex = 0;
  for (let found = before.exec(text); found !== null; found = before.exec(text)) {
    const valueAt = before.lastIndex;
    value.lastIndex = valueAt;
    const groups = isHidden(found[1] as string) ? value.exec(text) : null;
    if (groups === null) {
      // Another name may begin within what was found: what is written here need not be what it looks like.
      before.lastIndex = found.index + 1;
      continue;
    }
    noted.add((found[1] as string).toLowerCase());
    masked += text.slice(from, valueAt) + hide(groups, mask);
    from = value.lastIndex;
    before.lastIndex = from;
  }
  return masked + text.slice(from);
}
