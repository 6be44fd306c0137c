/**
 * Writes `loader/sandbox/packer-module.ts` from `packer.wat`: `npm run packer`, after each change of that. With `--check`
 * nothing is written, and it fails where the file is not what would be written.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import loadWabt from 'wabt';

const folder = join(import.meta.dirname, '..', 'loader', 'sandbox');
const source = join(folder, 'packer.wat');
const target = join(folder, 'packer-module.ts');
const perRow = 120;

const wabt = await loadWabt();
const features = { simd: true, multi_memory: true };
const { buffer } = wabt.parseWat('packer.wat', Uint8Array.from(readFileSync(source)), features).toBinary({});
const rows = Buffer.from(buffer)
  .toString('base64')
  .match(new RegExp(`.{1,${perRow}}`, 'g'));
const text = `/** Written by \`npm run packer\` from \`packer.wat\`; do not change it by hand. */

/** The module, to the base 64. */
export const packerModule: string = [
${rows?.map((row) => `  '${row}',`).join('\n')}
].join('');
`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.log(`${target} is not what packer.wat compiles to`);
  process.exit(1);
}
