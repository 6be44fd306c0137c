/** A thread that makes the documents, says them, and ends. */

import { parentPort, workerData } from 'node:worker_threads';
import { rendered } from './rendered.ts';

if (parentPort === null) throw new Error('this is a thread, and no program');
parentPort.postMessage(rendered(workerData as string));
