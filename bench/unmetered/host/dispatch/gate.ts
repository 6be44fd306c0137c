/** In place of what makes usage records of requests that are turned away. */

import type * as own from '../../../../host/dispatch/gate.ts';

export const meteredRefusals: typeof own.meteredRefusals = () => () => undefined;

export const meteredGate: typeof own.meteredGate = (_sink, _laneOf, gate) => gate;
