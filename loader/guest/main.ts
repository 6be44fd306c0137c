/** The prelude's entry: sets the realm up, and has the host's ways in. */

import { adopt, defineGuard, describe, dispatch, dispatchEvent, fuelLeft, setFuel } from './dispatch.ts';
import { addParts, defineGlobals, promiseParts } from './globals.ts';
import { type Host, setHost } from './host.ts';
import { part } from './lazy.ts';
import { allowDynamicCode } from './lockdown.ts';

const client = () => part<typeof import('./client.ts')>('client.ts');
const hot = () => part<typeof import('./hot.ts')>('hot.ts');
const ops = () => part<typeof import('./ops.ts')>('ops.ts');
const replies = () => part<typeof import('./reply-stream.ts')>('reply-stream.ts');
const timers = () => part<typeof import('./timers.ts')>('timers.ts');

/** The values that a sandbox calls, by the names under which its snapshot keeps them. */
export const entries = {
  addParts,
  promiseParts,
  allowDynamicCode,
  adopt,
  dispatch,
  dispatchTo: (call: number, left: number, point: string, head: string, body: ArrayBuffer | number | undefined): void =>
    dispatch(call, left, head, body, point),
  dispatchEvent,
  fuelLeft,
  setFuel,
  forget: (armed: string, begun: string, calls: string): void => {
    if (armed !== '') timers().forget(armed);
    if (begun !== '') ops().forgetOps(begun);
    if (calls !== '') client().forgetCalls(calls);
  },
  flush: (): void => replies().flush(),
  gone: (call: number, left: number): void => {
    setFuel(left);
    client().clientGone(call);
  },
  resume: (op: number, left: number, ok: number, json: string, bytes: ArrayBuffer | undefined): void => {
    setFuel(left);
    ops().resume(op, ok === 1, json, bytes);
  },
  fire: (timer: number, left: number): void => {
    setFuel(left);
    timers().fire(timer);
  },
  handOver: (left: number): string => {
    setFuel(left);
    return hot().handOver();
  },
  takeOver: (json: string): void => hot().takeOver(json),
  explain: (error: unknown): string => {
    const { message, stack } = describe(error);
    return message + '\n' + stack;
  },
};

export function install(functions: Host): typeof entries {
  setHost(functions);
  defineGlobals();
  defineGuard();
  return entries;
}
