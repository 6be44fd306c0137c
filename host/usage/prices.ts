/** A price list, as an operator sends it. */

import { z } from 'zod';

/** As a number, or as text where its digits matter. */
const price = z
  .union([
    z.number().min(0).max(1e9),
    z
      .string()
      .max(40)
      .regex(/^\d{1,10}(?:\.\d{1,20})?$/, 'A price is a number, or one as text with at most 20 digits behind the point')
      .refine((text) => Number(text) <= 1e9, 'A price is at most 1000000000'),
  ])
  .transform((value) => String(value));

export const priceListSchema = z
  .strictObject({
    currency: z.string().regex(/^[A-Z]{3}$/, 'A currency is its code of three letters, such as EUR'),
    callsPerMillion: price.optional(),
    cpuSecond: price.optional().describe('Of time inside the guest, the evaluation of modules included'),
    osCpuSecond: price.optional().describe('Of CPU time as the operating system has it, that inside the guest included'),
    memoryGibSecond: price.optional(),
    hostCallsPerMillion: price.optional(),
    gigabyteIn: price.optional().describe('Of 1,000,000,000 bytes'),
    gigabyteOut: price.optional(),
  })
  .describe('Prices as numbers, or as text with up to 20 digits behind the point');
export type PriceList = z.infer<typeof priceListSchema>;
export type PriceName = Exclude<keyof PriceList, 'currency'>;
