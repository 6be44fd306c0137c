/**
 * An executor, its own code as it is, in which code has got out of its sandbox: it writes frames of its own, as the requests ask for
 * that it sees coming.
 */

import { writeSync } from 'node:fs';
import '../../../host/executor/main.ts';
import { FrameWriter } from '../../../host/executor/frames.ts';
import { frameDescriptor, type ToExecutor } from '../../../host/executor/wire.ts';
import { attacks } from './attacks.ts';

const frames = new FrameWriter((bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(frameDescriptor, bytes, at, bytes.length - at);
});

// Before the executor's own code has it.
process.prependListener('message', (batch: readonly ToExecutor[]) => {
  for (const message of batch) {
    if (message.kind !== 'calls') continue;
    for (const [i, head] of message.heads.entries()) {
      const [, name] = /[?&]attack=(\w+)/.exec(head) ?? [];
      const attack = name === undefined ? undefined : attacks[name];
      if (attack === undefined) continue;
      const own = { id: message.ids[i] as number, key: message.keys[i] as number };
      // From a stay of its own call.
      frames.enter('call', own.id, 1);
      attack(frames, own);
      frames.leave();
      frames.flush();
    }
  }
});
