/**
 * Writes `loader/sandbox/hot-lines.ts`: `npm run hot-lines`, after each change of what the guest's prelude consists of.
 * With `--check` nothing is written, and it fails where the file covers too little of what calls touch now.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hotLines } from '../../loader/sandbox/hot-lines.ts';
import { lineBytes, traceHandlers } from './trace.ts';

const file = join(import.meta.dirname, '..', '..', 'loader', 'sandbox', 'hot-lines.ts');
/** Of the handlers, how large a part must touch a line for all calls to touch it beforehand. */
const share = 0.4;
/** Of the lines that are hot now, how large a part the file must have. */
const leastCovered = 0.9;
const perRow = 24;

const all = await traceHandlers();
const counts = new Map<number, number>();
for (const lines of all) for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
const hot = [...counts]
  .filter(([, count]) => count >= all.length * share)
  .map(([line]) => line)
  .sort((a, b) => a - b);

if (process.argv.includes('--check')) {
  const have = new Set([...hotLines].map((word) => (word * Int32Array.BYTES_PER_ELEMENT) / lineBytes));
  const covered = hot.filter((line) => have.has(line)).length / hot.length;
  console.log(`${(covered * 100).toFixed(1)}% of ${hot.length} hot lines are in the file, which has ${have.size}`);
  if (covered < leastCovered || have.size > hot.length / leastCovered) process.exit(1);
} else {
  const steps = hot.map((line, i) => (line - (hot[i - 1] ?? 0)).toString(36));
  const rows: string[] = [];
  for (let i = 0; i < steps.length; i += perRow) rows.push(`  '${steps.slice(i, i + perRow).join(' ')}',`);
  writeFileSync(
    file,
    `/** Written by \`npm run hot-lines\`, which traces calls of typical plugins; do not change it by hand. */

/** Each cache line's number less the one before, to the base 36. */
const steps = [
${rows.join('\n')}
];

/** The cache lines of a sandbox's memory that most calls touch, whatever the plugin: of each, the index of its first word. */
export const hotLines: Int32Array = wordsOf(steps.join(' ').split(' '));

function wordsOf(numbers: readonly string[]): Int32Array {
  let line = 0;
  return Int32Array.from(numbers, (step) => {
    line += Number.parseInt(step, 36);
    return (line * ${lineBytes}) / Int32Array.BYTES_PER_ELEMENT;
  });
}
`,
  );
  console.log(`${hot.length} lines of ${lineBytes} bytes written to ${file}`);
}
