import { z } from 'zod';

/** What a caller sends, checked before anything is made of it. */
export const priceRequest = z.strictObject({
  product: z.string().min(1).max(100),
  quantity: z.int().min(1).max(10_000),
});
