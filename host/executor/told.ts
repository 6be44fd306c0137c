/**
 * The form of those frames that are JSON. What an executor writes may be written by code that has got out of its sandbox: so
 * nothing is taken for what it says to be before it was looked at. No numbers but such as can be added up, no codes but those
 * that executors give, no lists that are longer than an executor's.
 */

import type { ErrorCode } from '../../guards/errors.ts';
import { handlerKinds } from '../../loader/interface.ts';
import { type FromExecutor, mostUsed } from './wire.ts';

/** With what a call, or a sandbox's start, may fail in an executor. */
const codes: ReadonlySet<unknown> = new Set<ErrorCode>([
  ...(['plugin_error', 'deadline_exceeded', 'cpu_exceeded', 'loop_budget_exceeded', 'memory_exceeded'] as const),
  ...(['response_too_large', 'bad_request', 'executor_lost', 'probe_failed', 'internal_error'] as const),
]);

/** Of a text about a failure, and of its stack, in UTF-16 code units. */
const mostText = 16_384;
/** A base's name is a hash. */
const mostBase = 256;
/** As many as a plugin may have. */
const mostInterfaces = 200;
const named = '[A-Za-z_$][\\w$]{0,99}';
const interfaceName = new RegExp(`^(?:(?:${handlerKinds.join('|')})(?::${named})?|rpc:${named}\\.${named})$`);
/** More than a tape ever has: 10,000 readings and turns, and 64 KiB of what is random, in base64. */
const mostEntries = 70_000;
const mostRandom = 90_000;

type Json = Readonly<Record<string, unknown>>;
type Told = Exclude<FromExecutor, { kind: 'enter' | 'leave' | 'replied' | 'op' | 'log' }>;

/** @throws Error on what is none of these frames */
export function readTold(text: string): Told {
  const told: unknown = JSON.parse(text);
  if (!isObject(told)) throw broken('none');
  const check = typeof told['kind'] === 'string' && Object.hasOwn(forms, told['kind']) ? forms[told['kind'] as Told['kind']] : undefined;
  if (check === undefined) throw new Error('an executor sent a frame of an unknown kind');
  if (!check(told)) throw broken(told['kind'] as string);
  return told as unknown as Told;
}

/** What has not the form of a frame. */
export function broken(kind: string): Error {
  return new Error(`an executor sent a frame that is not one (${kind})`);
}

/** Whether a number can be added up: neither less than nothing, nor endless. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

const forms: Readonly<Record<Told['kind'], (told: Json) => boolean>> = {
  ready: ({ base }) => isText(base, mostBase),
  probed: ({ id, interfaces, startupUs, snapshot }) =>
    isNumber(id) && isAmount(startupUs) && isSnapshot(snapshot) && isListOf(interfaces, mostInterfaces, isInterface),
  unprobed: ({ id, error }) => isNumber(id) && isFailure(error),
  loaded: ({ key, snapshot, hot, goesOn }) =>
    isNumber(key) && (snapshot === undefined || isSnapshot(snapshot)) && isTrueOrNot(hot) && isTrueOrNot(goesOn),
  dropped: ({ key }) => isNumber(key),
  need: ({ key, anew }) => isNumber(key) && typeof anew === 'boolean',
  unloaded: ({ key, error, step }) =>
    isNumber(key) && isFailure(error) && (step === undefined || step === 'dispose' || step === 'evaluate'),
  tape: ({ call, tape }) => isNumber(call) && isTape(tape),
  failed: ({ call, cost, error }) => isNumber(call) && isCost(cost) && isFailure(error),
  settled: ({ call, cost, stopped }) => isNumber(call) && isCost(cost) && (stopped === undefined || isFailure(stopped)),
  used: ({ cpuUs, threadUs, othersUs, bareBytes, guests, memory, open }) =>
    isAmount(cpuUs) &&
    isAmount(threadUs) &&
    isAmount(othersUs) &&
    isAmount(bareBytes) &&
    isListOf(guests, mostUsed.guests, isGuestTime) &&
    isListOf(memory, mostUsed.memory, isHeld) &&
    isListOf(open, mostUsed.open, isOpenCost),
};

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, most: number, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= most && value.every(isOne);
}

/** As calls, probes and releases are numbered. */
function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length <= most;
}

const isTrueOrNot = (value: unknown): boolean => value === undefined || value === true;
const isSnapshot = (value: unknown): boolean => value === null || typeof value === 'string';
const isInterface = (value: unknown): boolean => typeof value === 'string' && interfaceName.test(value);
const isGuestTime = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && Number.isSafeInteger(value[0]) && isAmount(value[1]);
const isHeld = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && isNumber(value[0]) && isAmount(value[1]);
const isOpenCost = (value: unknown): boolean => Array.isArray(value) && value.length === 6 && isNumber(value[0]) && value.every(isAmount);

function isCost(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { initUs, initCpuUs, cpuUs, steps, memoryBytes } = value;
  return isAmount(initUs) && isAmount(initCpuUs) && isAmount(cpuUs) && isAmount(steps) && isAmount(memoryBytes);
}

/** Of the details of an error, an executor knows the text alone: places, and what else a caller is shown, are the host's to add. */
function isFailure(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { code, details, site, stack } = value;
  if (!codes.has(code) || !isObject(details) || !isText(details['detail'], mostText)) return false;
  for (const name in details) if (name !== 'detail') return false;
  return (site === undefined || isNumber(site)) && (stack === undefined || isText(stack, mostText));
}

function isTape(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { times, random, drawn, turns, cut } = value;
  return (
    isListOf(times, mostEntries, Number.isSafeInteger) &&
    isListOf(turns, mostEntries, Number.isSafeInteger) &&
    isText(random, mostRandom) &&
    isListOf(drawn, mostEntries, isDrawn) &&
    typeof cut === 'boolean'
  );
}

const isDrawn = (value: unknown): boolean => typeof value === 'string' || (isObject(value) && typeof value['bytes'] === 'string');
