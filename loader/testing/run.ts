/** Runs one test with its hooks, and says what came of it in texts that are bounded. */

import { beginCounting, ExpectationError, endCounting, whole } from './expect.ts';
import { type HookName, pathOf, type Suite, type Test } from './suites.ts';

export interface Failure {
  readonly message: string;
  readonly stack: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** The guest's global object is one. */
const realm = globalThis as unknown as EventTarget;

const messageLength = 2_000;
const textLength = 4_000;

/** The sandbox is as it was after the modules were evaluated: so `before` and `after` run with each test, too. */
export async function run({ suite, body }: Test): Promise<Failure | undefined> {
  const suites = pathOf(suite);
  const inner = [...suites].reverse();
  let failure: Failure | undefined;
  const all = async (steps: readonly (() => unknown)[]): Promise<void> => {
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        failure ??= failureOf(error);
      }
    }
  };
  const until = async (steps: readonly (() => unknown)[]): Promise<void> => {
    for (const step of steps) if (failure === undefined) await all([step]);
  };
  const hooks = (path: readonly Suite[], name: HookName) => path.flatMap((one) => one.hooks[name]);
  // What is thrown in a timer or a listener would else be only logged.
  const uncaught = (event: Event & { readonly error?: unknown }): void => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    failure ??= failureOf(event.error);
  };
  realm.addEventListener('error', uncaught);
  beginCounting();
  await until([...hooks(suites, 'before'), ...hooks(suites, 'beforeEach'), body as () => unknown, endCounting]);
  await all([...hooks(inner, 'afterEach'), ...hooks(inner, 'after')]);
  realm.removeEventListener('error', uncaught);
  return failure;
}

/** However hostile what was thrown: what its getters do is done under the guards, and what they throw is dropped. */
function failureOf(error: unknown): Failure {
  try {
    if (typeof error !== 'object' || error === null) return { message: `${String(error)} was thrown`.slice(0, messageLength), stack: '' };
    const { name, message, stack } = error as { name?: unknown; message?: unknown; stack?: unknown };
    const said = typeof message === 'string' ? message.slice(0, messageLength) : '';
    const own = error instanceof ExpectationError || name === 'AssertionError';
    const texts = textsOf(error);
    return {
      message: own ? said : `${typeof name === 'string' ? name.slice(0, 100) : 'Error'}: ${said}`.slice(0, messageLength),
      stack: typeof stack === 'string' ? stack.slice(0, textLength) : '',
      ...(texts === undefined ? {} : { expected: texts.expected.slice(0, textLength), actual: texts.actual.slice(0, textLength) }),
    };
  } catch {
    return { message: 'an error that cannot be read', stack: '' };
  }
}

/** Those of `node:assert` and of its kin have the values themselves. */
function textsOf(error: object): { readonly expected: string; readonly actual: string } | undefined {
  if (error instanceof ExpectationError) return error.texts;
  if (!('expected' in error && 'actual' in error)) return undefined;
  return { expected: whole(error.expected), actual: whole(error.actual) };
}
