/** An executor, its own code as it is, in which something has got out of its sandbox. */

import '../../../host/executor/main.ts';
import { type Target, tryAll } from './attempt.ts';
import { files, flags } from './files.ts';
import { network } from './network.ts';
import { processes } from './processes.ts';

const { target } = globalThis as unknown as { target: Target };
const all = target.only === undefined ? { ...files, ...network, ...processes } : flags;
const { reached, refused } = await tryAll(all, target);
process.stdout.write(`${JSON.stringify({ reached, refused })}\n`);
