/** nbox's own hints, fed as the host feeds them. */

import { Load } from '../../../host/hints/load.ts';
import { defaultSeconds, defaultTarget, hintRules, windowLengths } from '../../../host/hints/rules.ts';
import type { Policy, Second } from './simulation.ts';

const rules = hintRules(defaultSeconds, defaultTarget, 1).lane;
const toUs = 1_000_000;

export class OwnHints implements Policy {
  readonly name = 'nbox';
  readonly #load = new Load(windowLengths(defaultSeconds), rules);
  #arrivals = 0;

  second({ at, arrivals, ended, endedCpuS, endedCpuS2, waitS, inFlightS, waiting, ready, starting }: Second): number | undefined {
    this.#arrivals += arrivals;
    this.#load.add({
      ...{ lengthUs: toUs, arrivals, ended, cpuUs: Math.round(endedCpuS * toUs), cpuSquaresMs2: Math.round(endedCpuS2 * 1e6) },
      ...{ waitUs: Math.round(waitS * toUs), inFlightUs: Math.round(inFlightS * toUs) },
    });
    if ((at + 1) % defaultSeconds.tick !== 0) return undefined;
    const callUs = this.#load.callUs() ?? 0;
    this.#load.addDemand(this.#arrivals * callUs);
    this.#arrivals = 0;
    const waitingUs = waiting * callUs;
    const closing = { lengthUs: defaultSeconds.tick * toUs, waitingUs, present: ready + starting, rules, nowMs: (at + 1) * 1_000 };
    return this.#load.close(closing).wanted;
  }
}
