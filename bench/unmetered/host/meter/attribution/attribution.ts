/** In place of the division of what the system says of all processes: nothing is asked and nothing divided. */

import type * as own from '../../../../../host/meter/attribution/attribution.ts';

export class Attribution implements Pick<own.Attribution, 'divide'> {
  divide(): Promise<void> {
    return Promise.resolve();
  }
}
