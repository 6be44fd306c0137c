/** The operations of health: what they take, answer and are refused by. */

import { z } from 'zod';
import { readiness } from '../answers/health.ts';
import { operation } from '../operation.ts';

export const getHealth = operation({
  ...{ operation: 'getHealth', method: 'GET', pattern: '/healthz', access: 'none', of: 'host', tag: 'health' },
  isProbe: true,
  summary: 'Whether the process lives',
  answers: { 200: { says: 'It does.', json: z.object({ status: z.literal('ok') }) } },
});

export const getReadiness = operation({
  ...{ operation: 'getReadiness', method: 'GET', pattern: '/readyz', access: 'none', of: 'host', tag: 'health' },
  isProbe: true,
  summary: 'Whether the host takes traffic',
  answers: { 200: { says: 'It does.', json: readiness }, 503: { says: 'It does not, or not any more.', json: readiness } },
});
