/**
 * Bare engines made ahead, in an executor's idle moments: making one takes as long as all the rest of restoring a sandbox,
 * and makes V8 collect garbage now and then.
 */

import { Engine } from './engine.ts';

/** With the memory cap that most plugins have. */
const most = 4;

let capMb: number | undefined;
let filling = false;
const spares: Engine[] = [];

/** From now on, some are kept with this cap. */
export function keepSpareEngines(memoryMb: number): void {
  capMb = memoryMb;
  fill();
}

export async function takeEngine(memoryMb: number): Promise<Engine> {
  const spare = memoryMb === capMb ? spares.pop() : undefined;
  fill();
  return spare ?? Engine.instantiate(memoryMb);
}

/** One a turn of the event loop, after what is waiting in it. */
function fill(): void {
  if (filling || capMb === undefined || spares.length >= most) return;
  filling = true;
  const memoryMb = capMb;
  setImmediate(async () => {
    spares.push(await Engine.instantiate(memoryMb));
    filling = false;
    fill();
  });
}
