/** What the prelude's script gives to the sandbox: one function that sets the realm up and returns the host's ways in. */

import { clientGone, forgetCalls } from './client.ts';
import { adopt, defineGuard, describe, dispatch, fuelLeft, setFuel } from './dispatch.ts';
import { defineGlobals } from './globals.ts';
import { type Host, setHost } from './host.ts';
import { forgetOps, resume } from './ops.ts';
import { flush } from './reply-stream.ts';
import { fire, forget } from './timers.ts';

/** The values that a sandbox calls, by the names under which its snapshot keeps them. */
export const entries = {
  adopt,
  dispatch,
  fuelLeft,
  setFuel,
  forget: (timers: string, ops: string, calls: string): void => {
    forget(timers);
    forgetOps(ops);
    forgetCalls(calls);
  },
  flush,
  gone: (call: number, left: number): void => {
    setFuel(left);
    clientGone(call);
  },
  resume: (op: number, left: number, ok: number, json: string, bytes: ArrayBuffer | undefined): void => {
    setFuel(left);
    resume(op, ok === 1, json, bytes);
  },
  fire: (timer: number, left: number): void => {
    setFuel(left);
    fire(timer);
  },
  explain: (error: unknown): string => {
    const { message, stack } = describe(error);
    return message + '\n' + stack;
  },
};

export function install(functions: Host): typeof entries {
  setHost(functions);
  defineGlobals(globalThis);
  defineGuard();
  return entries;
}
