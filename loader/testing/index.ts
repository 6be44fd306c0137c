/** What tests import from `nbox:test`, and find among their globals. */

import { call, createExecutionContext, fetchInTests, mockFetch, waitOnExecutionContext } from './calls.ts';
import { expect } from './expect.ts';
import { after, afterEach, before, beforeEach, describe, it } from './suites.ts';

export { after, afterEach, before, beforeEach, call, createExecutionContext, describe, expect, it, mockFetch, waitOnExecutionContext };
export const test = it;
export const beforeAll = before;
export const afterAll = after;

Object.assign(globalThis, { after, afterAll, afterEach, before, beforeAll, beforeEach, describe, expect, it, test });
Object.defineProperty(globalThis, 'fetch', { value: fetchInTests, writable: true, configurable: true });
