/** What an example plugin is asked and must answer. `ORIGIN` in any text stands for the address of the test's origin server. */

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Check {
  /** What it shows. */
  readonly it: string;
  readonly method?: string;
  /** What follows the plugin's own path; `/` where it is left out. */
  readonly path?: string;
  /** `host` may be among them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** In place of a request: the body of an invocation. Its answer is the reply's JSON. */
  readonly invoke?: object;
  /** 200 where it is left out. */
  readonly status?: number;
  /** Of the reply's headers; `null`: there is none. */
  readonly has?: Readonly<Record<string, string | RegExp | null>>;
  /** The whole body. */
  readonly text?: string | RegExp;
  /** The whole body, as JSON. */
  readonly json?: unknown;
  /** What else must hold. @throws AssertionError */
  readonly holds?: (reply: Reply) => void | Promise<void>;
  /** What the origin was asked for meanwhile, in any order: `GET /path`. */
  readonly asked?: readonly string[];
}
