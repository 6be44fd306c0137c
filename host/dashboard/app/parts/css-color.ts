/** Colours of the stylesheet for what is drawn on a canvas: as the theme that is shown has them. */

import { theme } from './theme.ts';

let probe: HTMLElement | undefined;
/** Asked for by every line of a chart: looking each up anew would lay the page out each time. */
const known = new Map<string, string>();
theme.subscribe(() => known.clear());

/** @param name of a variable: `--series-1` */
export function cssColor(name: string): string {
  const found = known.get(name);
  if (found !== undefined) return found;
  if (probe === undefined) {
    probe = document.createElement('span');
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(${name})`;
  const color = getComputedStyle(probe).color;
  known.set(name, color);
  return color;
}

/** The same, so transparent. @param alpha from 0 to 1 */
export function cssColorAt(name: string, alpha: number): string {
  const [r, g, b] = cssColor(name).match(/[\d.]+/g) ?? ['0', '0', '0'];
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
