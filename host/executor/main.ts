/** The entry of an executor process: its two doors, and nothing else. It ends when the host does. */

import { writeSync } from 'node:fs';
import { keepTickShape } from '../tick-shape.ts';
import { FrameWriter } from './frames.ts';
import { shutLastDoors } from './last-doors.ts';
import { Runner } from './runner.ts';
import { frameDescriptor, type ToExecutor } from './wire.ts';

shutLastDoors();
void keepTickShape();

/** Waits until every byte is in the pipe: a host that reads slowly slows its executors, and no reply is held back here. */
function write(bytes: Buffer): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(frameDescriptor, bytes, at, bytes.length - at);
}

const runner = new Runner(new FrameWriter(write));

process.on('message', (batch: ToExecutor[]) => {
  for (const message of batch) runner.receive(message);
});
process.on('disconnect', () => process.exit(0));
// A terminal's interrupt goes to the whole group; when to stop is the host's word.
process.on('SIGINT', () => {});
