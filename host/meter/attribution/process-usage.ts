/** What processes use, by pidusage. Whoever asks for a process while it is looked at gets the same answer: pidusage keeps a file open for each. */

import pidusage from 'pidusage';

export interface ProcessUsage {
  /** With all threads, since it began. */
  readonly cpuUs: number;
  readonly memoryBytes: number;
}

const looking = new Map<number, Promise<ProcessUsage | undefined>>();

/** @returns by pid; those of processes that are gone are missing */
export async function usageOf(pids: Iterable<number>): Promise<ReadonlyMap<number, ProcessUsage>> {
  const found = await Promise.all([...new Set(pids)].map(async (pid) => [pid, await look(pid)] as const));
  return new Map(found.flatMap(([pid, usage]) => (usage === undefined ? [] : [[pid, usage]])));
}

// One at a time: one that has just ended is an error of the whole where it is asked for among others.
function look(pid: number): Promise<ProcessUsage | undefined> {
  let usage = looking.get(pid);
  if (usage === undefined) {
    usage = pidusage(pid).then(
      ({ ctime, memory }) => ({ cpuUs: ctime * 1_000, memoryBytes: memory }),
      () => undefined,
    );
    looking.set(pid, usage);
    void usage.then(() => looking.delete(pid));
  }
  return usage;
}
