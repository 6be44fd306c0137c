/** What code that has got out of its sandbox tries. */

/** What there is to reach. All of it is the test's own. */
export interface Target {
  /** A directory that may be filled. */
  readonly scratch: string;
  /** A file that somebody wants to keep for himself. */
  readonly secret: string;
  readonly database: string;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly socket: string;
  /** A process of the same user, which may be sent signals. */
  readonly pid: number;
  /** Where a try would end the process that makes it. */
  readonly only?: string;
}

/** Returns where it has reached something; throws or rejects where not. */
export type Attempt = (target: Target) => unknown;
export type Attempts = Readonly<Record<string, Attempt>>;

const denials = new Set(['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED', 'ERR_UNKNOWN_BUILTIN_MODULE']);

/** For what fails of itself, once it is let. */
export async function unlessDenied(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    if ([code, cause?.code].some((one) => denials.has(one ?? ''))) throw error;
    if (error instanceof TypeError) throw error;
  }
}

/** A native function that answers with a number. */
export function expectZero(status: unknown): void {
  if (status !== 0) throw new Error(`status ${JSON.stringify(status)}`);
}

interface Emitter {
  on(event: string, listener: (error: Error) => void): unknown;
}

export function emitted(emitter: Emitter, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    emitter.on(event, () => resolve());
    emitter.on('error', reject);
  });
}

/** As long as something may take; what takes longer is looked at by people. */
const patienceMs = 10_000;

/** @returns the names of those that reached something, and how many did not */
export async function tryAll(attempts: Attempts, target: Target): Promise<{ reached: string[]; refused: number }> {
  const reached: string[] = [];
  // Some refusals come where nobody can catch them.
  let refuse = (_error: Error) => {};
  process.on('uncaughtException', (error) => refuse(error));
  let refused = 0;
  for (const [name, attempt] of Object.entries(attempts)) {
    if (target.only !== undefined && target.only !== name) continue;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve, reject) => {
      refuse = reject;
      timer = setTimeout(resolve, patienceMs);
    });
    try {
      await Promise.race([attempt(target), late]);
      reached.push(name);
    } catch {
      refused += 1;
    } finally {
      clearTimeout(timer);
    }
  }
  return { reached, refused };
}
