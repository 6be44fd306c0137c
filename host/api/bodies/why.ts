/** Bodies that say why, and nothing else. */

import { z } from 'zod';

/** Why something is done, in the words of whoever does it. */
export const message = z.string().max(500).default('').meta({ id: 'Message', description: 'Why, for the history' });

export const whyBody = z.strictObject({ message });
