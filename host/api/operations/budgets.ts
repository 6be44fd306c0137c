/** The operations of budgets: what they take, answer and are refused by. */

import { z } from 'zod';
import { budget, budgetEvent } from '../answers/budgets.ts';
import { budgetBody } from '../bodies/budgets.ts';
import { budgetIfMatch, budgetIfNoneMatch } from '../headers.ts';
import { operation } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { budgetChanged, invalidBudget, invalidScope, noSuchBudget, tooManyBudgets } from '../refusals.ts';

export const listBudgets = operation({
  ...{ operation: 'listBudgets', method: 'GET', pattern: '/v1/budgets', access: 'read', of: 'reach', tag: 'budgets' },
  summary: 'Every budget with what is used of it, and what was told of budgets of late',
  query: paging,
  answers: {
    200: {
      says: 'The budgets in order of scopes; the last 200 events since the host started, the last one first.',
      json: z.object({ budgets: z.array(budget), events: z.array(budgetEvent), next }),
    },
  },
});

/** What a budget may be of, by how much of a plugin's id its path has. */
const scopes = [
  { of: 'Domain', words: 'a domain', pattern: '/v1/budgets/:domain' },
  { of: 'Group', words: 'a group', pattern: '/v1/budgets/:domain/:group' },
  { of: 'Plugin', words: 'a plugin', pattern: '/v1/budgets/:domain/:group/:name' },
] as const;

export const getBudget = scopes.map(({ of, words, pattern }) =>
  operation({
    ...{ operation: `get${of}Budget`, method: 'GET', pattern, access: 'read', of: 'plugin', tag: 'budgets' },
    summary: `The budget of ${words}, with what is used of it`,
    answers: { 200: { says: "As of now. The ETag is the budget's version.", json: budget, etag: "The budget's version" } },
    errors: [invalidScope, noSuchBudget],
  }),
);

export const setBudget = scopes.map(({ of, words, pattern }) =>
  operation({
    ...{ operation: `set${of}Budget`, method: 'PUT', pattern, access: 'admin', of: 'plugin', tag: 'budgets' },
    summary: `Set the budget of ${words}, in place of the one there is`,
    description: 'Calls are held to it from the answer on; what was counted for the scope before counts on.',
    headers: [budgetIfMatch, budgetIfNoneMatch],
    body: budgetBody,
    what: 'a budget',
    answers: {
      200: { says: 'The budget. The ETag is its version.', json: budget, etag: "The budget's version" },
      201: { says: 'The budget. The ETag is its version.', json: budget, etag: "The budget's version" },
    },
    errors: [invalidBudget, tooManyBudgets, budgetChanged],
  }),
);

export const removeBudget = scopes.map(({ of, words, pattern }) =>
  operation({
    ...{ operation: `remove${of}Budget`, method: 'DELETE', pattern, access: 'admin', of: 'plugin', tag: 'budgets' },
    summary: `Remove the budget of ${words}, and what was counted for it`,
    headers: [budgetIfMatch],
    answers: { 204: { says: 'It is gone, and calls are held to it no more.' } },
    errors: [invalidScope, noSuchBudget, budgetChanged],
  }),
);
