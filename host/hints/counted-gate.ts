/** Has what the gate turns away for want of executors counted as asked for: else the hints were lowest where most is refused. */

import type { Gate } from '../dispatch/gate.ts';
import type { Signals } from './signals.ts';

export function countedGate(signals: Pick<Signals, 'refused'>, gate: Gate): Gate {
  return (live) => {
    const refused = gate(live);
    if (refused?.code === 'overloaded') signals.refused(live);
    return refused;
  };
}
