/** What probes are answered. */

import { z } from 'zod';

export const readiness = z.object({ ready: z.boolean(), reason: z.string().optional() }).meta({ id: 'Readiness' });
