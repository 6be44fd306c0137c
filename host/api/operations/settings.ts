/** The operations of settings: what they take, answer and are refused by. */

import { settings } from '../answers/settings.ts';
import { operation, refused } from '../operation.ts';

export const getSettings = operation({
  ...{ operation: 'getSettings', method: 'GET', pattern: '/v1/settings', access: 'read', of: 'host', tag: 'settings' },
  summary: 'What the host runs with; secrets are not in it',
  answers: { 200: { says: 'Every option with its value.', json: settings } },
  errors: [refused(['invalid_query'])],
});
