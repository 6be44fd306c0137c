/** What whoever started this process left open in it by mistake: its children, executors among them, would have it, too. */

import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** Linux's O_CLOEXEC, as its /proc shows it. */
const closedOnExec = 0o2_000_000;

/**
 * Closes every descriptor that would go on to a child. Node's own are none of these, and of those that it was started with it
 * has marked the first ones; the others it does not look for. Does nothing where there is no /proc to tell.
 */
export function closeInheritedDescriptors(): void {
  let names: string[];
  try {
    names = readdirSync('/proc/self/fd');
  } catch {
    return;
  }
  for (const descriptor of names.map(Number)) {
    // A child's first three are given to it one by one.
    if (descriptor > 2 && goesOn(descriptor)) closeSync(descriptor);
  }
}

function goesOn(descriptor: number): boolean {
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & closedOnExec) === 0;
  } catch {
    // The one by which the directory was read.
    return false;
  }
}
