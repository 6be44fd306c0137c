/** The body that asks what stored usage costs. What its texts may be is said where they are read. */

import { z } from 'zod';
import { priceListSchema } from '../../usage/prices.ts';

const text = z.string().max(200);

export const costBody = z
  .strictObject({
    prices: priceListSchema,
    plugin: text.optional().describe('Its id: `domain/group/name`'),
    from: text.optional(),
    to: text.optional(),
    step: text.optional().meta({ override: { enum: ['1s', '1m', '1h', '1d', 'none'] } }),
    group: text.optional(),
    format: text.optional().meta({ override: { enum: ['json', 'ndjson', 'csv'] } }),
  })
  .meta({ id: 'UsageCostQuery' });
