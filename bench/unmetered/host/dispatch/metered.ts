/** In place of the layer that makes usage records: calls pass, and nothing is noted of them. */

import type * as own from '../../../../host/dispatch/metered.ts';

export const metered: typeof own.metered = () => (next) => next;
