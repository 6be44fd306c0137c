/** Takes from the realm what plugins do not need and attackers do. */

import { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } from './primordials.ts';

/** They are absent, since libraries look whether they are there; `describe` and the type check say why. */
const removed = [
  'SharedArrayBuffer',
  'Atomics',
  'WeakRef',
  'FinalizationRegistry',
  'scriptArgs',
  'print',
  'std',
  'os',
  'bjson',
  'gc',
  'Worker',
];

const NativeEvalError = EvalError;
const refusal = 'code from strings is off in plugins: it takes "dynamicCode": true in the manifest, and an operator who allows that';

/** What stood where something now refuses. */
const natives: (readonly [owner: object, name: string, property: PropertyDescriptor])[] = [];

function replace(owner: object, name: string, value: Function): void {
  const property = getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  natives.push([owner, name, property]);
  defineProperty(owner, name, { ...property, value });
}

/**
 * Code from strings: `eval` and the constructors of functions of all kinds are replaced by ones that throw, the latter
 * under the same prototypes, so that `instanceof Function` and `Function.prototype` go on working.
 */
export function lockDown(target: object): void {
  for (const name of removed) delete (target as Record<string, unknown>)[name];
  const { eval: refusingEval } = {
    eval(code: unknown): unknown {
      // What is no string is no code, and comes back as it is.
      if (typeof code !== 'string') return code;
      throw new NativeEvalError(refusal);
    },
  };
  replace(target, 'eval', refusingEval);
  const samples: readonly [name: string, sample: Function][] = [
    ['Function', () => {}],
    ['AsyncFunction', async () => {}],
    ['GeneratorFunction', function* () {}],
    ['AsyncGeneratorFunction', async function* () {}],
  ];
  let parent: object = Function.prototype;
  for (const [name, sample] of samples) {
    const prototype = getPrototypeOf(sample) as object;
    // No arrow function: `new` on it must refuse with the same error.
    const refusing = function (): never {
      throw new NativeEvalError(refusal);
    };
    defineProperty(refusing, 'name', { value: name, configurable: true });
    defineProperty(refusing, 'length', { value: 1, configurable: true });
    defineProperty(refusing, 'prototype', { value: prototype, writable: false, enumerable: false, configurable: false });
    setPrototypeOf(refusing, parent);
    replace(prototype, 'constructor', refusing);
    if (name === 'Function') {
      replace(target, name, refusing);
      parent = refusing;
    }
  }
}

/** Gives code from strings back. Once, before any plugin code: nobody may have kept one of those that refuse. */
export function allowDynamicCode(): void {
  for (const [owner, name, property] of natives) defineProperty(owner, name, property);
}
