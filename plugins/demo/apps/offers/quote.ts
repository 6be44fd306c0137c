import { z } from 'zod';

export const quoteRequest = z.object({ quantity: z.number().int().min(1).max(10_000) });
