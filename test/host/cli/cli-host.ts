/** An admin API with doubles behind it, and the environment that leads the command line there. */

import { AdminHost, token } from '../admin/admin-host.ts';
import { type Ran, type RunOptions, runCli } from './run-cli.ts';

/** Owned by the test, which closes it. */
export class CliHost {
  readonly #admin: AdminHost;

  private constructor(admin: AdminHost) {
    this.#admin = admin;
  }

  static async start(): Promise<CliHost> {
    return new CliHost(await AdminHost.start());
  }

  get admin(): AdminHost {
    return this.#admin;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#admin.port}`;
  }

  run(args: readonly string[], { env = {}, ...options }: RunOptions = {}): Promise<Ran> {
    return runCli(args, { ...options, env: { NBOX_URL: this.url, NBOX_TOKEN: token, ...env } });
  }

  close(): Promise<void> {
    return this.#admin.close();
  }
}
