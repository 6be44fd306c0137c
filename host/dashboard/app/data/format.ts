/** Numbers and times for people: short, with their units, and of one length where they stand below each other. */

const thin = '\u202f';

/** Three digits: 1.23, 12.3, 123. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 0.01) return value.toPrecision(1);
  return size < 10 ? trimmed(value.toFixed(2)) : size < 100 ? trimmed(value.toFixed(1)) : String(Math.round(value));
}

/** Without zeros that say nothing. */
const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

function scaled(value: number, base: number, units: readonly string[]): string {
  let size = value;
  let at = 0;
  while (Math.abs(size) >= base * 0.9995 && at < units.length - 1) {
    size /= base;
    at += 1;
  }
  return units[at] === '' ? digits(size) : `${digits(size)}${thin}${units[at]}`;
}

/** 1 234 → 1.23 k */
export function count(value: number): string {
  return scaled(value, 1_000, ['', 'k', 'M', 'G', 'T']);
}

/** 12 345 678, in full. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, thin);
}

export function bytes(value: number): string {
  return scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
}

/** Microseconds. */
export function micros(us: number): string {
  if (Math.abs(us) < 1_000) return `${digits(us)}${thin}µs`;
  if (Math.abs(us) < 1_000_000) return `${digits(us / 1_000)}${thin}ms`;
  return seconds(us / 1_000_000);
}

export function seconds(s: number): string {
  if (Math.abs(s) < 1 && s !== 0) return `${digits(s * 1_000)}${thin}ms`;
  if (Math.abs(s) < 120) return `${digits(s)}${thin}s`;
  if (Math.abs(s) < 7_200) return `${Math.round(s / 60)}${thin}min`;
  if (Math.abs(s) < 172_800) return `${trimmed((s / 3_600).toFixed(1))}${thin}h`;
  return `${Math.round(s / 86_400)}${thin}d`;
}

/** Of 0 to 1. */
export function percent(share: number): string {
  const value = share * 100;
  if (value !== 0 && Math.abs(value) < 0.01) return `<0.01${thin}%`;
  return `${digits(value)}${thin}%`;
}

/** Calls, failures and the like in a second. */
export function rate(perSecond: number): string {
  return `${count(perSecond)}/s`;
}

/** CPU seconds in a second. */
export function cores(value: number): string {
  return Math.abs(value) < 0.1 && value !== 0 ? `${digits(value * 1_000)}${thin}mcores` : `${digits(value)}${thin}cores`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** 14:03:59 */
export function clock(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** 29 Nov 2026, 14:03:59 */
export function fullTime(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}, ${clock(at)}`;
}

/** 29 Nov, 14:03 */
export function shortTime(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${months[date.getMonth()]}, ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** How long ago: now, 12 s ago, 3 min ago, 2 h ago, 5 d ago, and then the day. */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.round((now - at) / 1_000));
  if (s < 5) return 'now';
  if (s < 60) return `${s}${thin}s ago`;
  if (s < 3_600) return `${Math.floor(s / 60)}${thin}min ago`;
  if (s < 86_400) return `${Math.floor(s / 3_600)}${thin}h ago`;
  if (s < 30 * 86_400) return `${Math.floor(s / 86_400)}${thin}d ago`;
  const date = new Date(at);
  return `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}`;
}

/** 1 call, 2 calls */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : many}`;
}
