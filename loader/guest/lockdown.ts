/** Takes from the realm what plugins do not need and attackers do. */

import { defineProperty, getPrototypeOf } from './primordials.ts';

const removed = [
  'eval',
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

/**
 * Code from strings: the constructors of functions of all kinds are replaced by ones that throw, under the same
 * prototypes, so that `instanceof Function` and `Function.prototype` go on working.
 */
export function lockDown(target: object): void {
  for (const name of removed) delete (target as Record<string, unknown>)[name];
  const samples: readonly [name: string, sample: Function][] = [
    ['Function', () => {}],
    ['AsyncFunction', async () => {}],
    ['GeneratorFunction', function* () {}],
    ['AsyncGeneratorFunction', async function* () {}],
  ];
  const functionPrototype = Function.prototype;
  let parent: object = functionPrototype;
  for (const [name, sample] of samples) {
    const prototype = getPrototypeOf(sample) as object;
    // No arrow function: `new` on it must refuse with the same error.
    const refusing = function (): never {
      throw new EvalError('code from strings is off in plugins');
    };
    defineProperty(refusing, 'name', { value: name, configurable: true });
    defineProperty(refusing, 'length', { value: 1, configurable: true });
    defineProperty(refusing, 'prototype', { value: prototype, writable: false, enumerable: false, configurable: false });
    Object.setPrototypeOf(refusing, parent);
    defineProperty(prototype, 'constructor', { value: refusing, writable: name === 'Function', enumerable: false, configurable: true });
    if (name === 'Function') {
      defineProperty(target, 'Function', { value: refusing, writable: true, enumerable: false, configurable: true });
      parent = refusing;
    }
  }
}
