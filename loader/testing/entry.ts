/** The handler of a bundle of tests: lists them at `/`, and runs the one whose number is the path. Evaluated before any test. */

import './index.ts';
import { run } from './run.ts';
import { closeGathering, hasOnly, isWanted, tests } from './suites.ts';

// Tests replace globals, and what is told of them must not depend on it.
const { stringify } = JSON;
const OwnResponse = Response;

/** As many frames as lead out of this folder. */
const stackLength = 600;

function list(): object {
  const only = hasOnly();
  return {
    only,
    tests: tests.map((test) => ({ title: test.title, run: isWanted(test, only), stack: test.stack.slice(0, stackLength) })),
  };
}

async function answer(path: string): Promise<object> {
  closeGathering();
  const test = tests[Number(path.slice(1))];
  if (path === '/' || test === undefined) return list();
  const failure = await run(test);
  return failure === undefined ? { passed: true } : { passed: false, ...failure };
}

export default {
  async fetch(request: { readonly url: string }): Promise<Response> {
    const path = request.url.slice(request.url.lastIndexOf('/'));
    return new OwnResponse(stringify(await answer(path)));
  },
};
