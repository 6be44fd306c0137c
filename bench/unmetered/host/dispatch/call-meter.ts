/** In place of what makes usage records: nothing is noted of calls. */

import type * as own from '../../../../host/dispatch/call-meter.ts';

export class CallMeter implements Pick<own.CallMeter, keyof own.CallMeter> {
  began(): void {}

  replied(): void {}

  failed(): void {}
}
