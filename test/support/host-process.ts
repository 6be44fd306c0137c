/** `nbox start` as its own process, as operators run it: for signals, kills and restarts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { token } from './running-host.ts';

const main = fileURLToPath(new URL('../../host/cli/main.ts', import.meta.url));

/** The command with which a host starts on free ports. */
export function hostCommand(data: string): string[] {
  const ports = ['--port', '0', '--admin-port', '0', '--host', '127.0.0.1'];
  return [process.execPath, main, 'start', ...ports, '--executors', '2', '--data', data, '--log-format', 'json'];
}

export class HostProcess {
  readonly child: ChildProcess;
  /** What it wrote to its standard output so far. */
  output = '';
  traffic = '';
  admin = '';

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  /** Resolves when it has printed where it listens. */
  static async start(
    data: string,
    flags: readonly string[] = [],
    env: Record<string, string> = { NBOX_ADMIN_TOKEN: token },
  ): Promise<HostProcess> {
    const { PATH, HOME } = process.env;
    const [command, ...args] = [...hostCommand(data), ...flags] as [string, ...string[]];
    const child = spawn(command, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    return HostProcess.of(child);
  }

  /** Of a process that has just been started. Resolves when it has printed where it listens. */
  static async of(child: ChildProcess): Promise<HostProcess> {
    const host = new HostProcess(child);
    const up = Promise.withResolvers<void>();
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      host.output += text;
      host.traffic = /traffic +(http:\/\/[^/]+)/.exec(host.output)?.[1] ?? '';
      host.admin = /admin API +(http:\/\/[^/]+)/.exec(host.output)?.[1] ?? '';
      if (/token .*\n/.test(host.output)) up.resolve();
    });
    child.once('exit', () => up.reject(new Error(`the host ended while it started:\n${host.output}`)));
    await up.promise;
    return host;
  }

  async exit(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  async stop(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.kill(signal);
    return this.exit();
  }

  put(plugin: string, source: string, manifest?: unknown): Promise<Response> {
    return fetch(`${this.admin}/v1/plugins/${plugin}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ source, manifest }),
    });
  }

  async text(path: string): Promise<string> {
    return (await fetch(`${this.traffic}/${path}`)).text();
  }

  /** Its children that are still alive, by pid: Linux only. */
  async children(): Promise<number[]> {
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').catch(() => '');
    return text.trim().split(/\s+/).filter(Boolean).map(Number);
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
