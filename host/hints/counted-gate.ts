/** Has what the gate turns away for want of executors counted as asked for: else the hints were lowest where most is refused. */

import type { Gate } from '../dispatch/gate.ts';
import { OwnLimit } from '../dispatch/own-limit.ts';
import type { Signals } from './signals.ts';

export function countedGate(signals: Pick<Signals, 'refused'>, gate: Gate): Gate {
  return (live, asked) => {
    const refused = gate(live, asked);
    if (refused?.code === 'overloaded' && !(refused instanceof OwnLimit)) signals.refused(live);
    return refused;
  };
}
