/** The types that code written for Workers expects to find: global ones, and the module `cloudflare:workers`. A script, not a module. */

/** The call that is being answered. */
interface ExecutionContext<Props = unknown> {
  /**
   * Keeps the call alive until the promise has settled. After a response that may take 30 s; what is still pending then is
   * dropped, and a rejection is logged. A `queue` or `scheduled` handler is over only when all these promises have settled,
   * and fails where one rejects.
   */
  waitUntil(promise: Promise<any>): void;
  /** Does nothing: no origin stands behind a plugin that a request could be passed through to. */
  passThroughOnException(): void;
  /** An empty object. */
  readonly props: Props;
}

/** A time of the plugin's schedule that has come. */
interface ScheduledController {
  /** The schedule, as the manifest writes it. */
  readonly cron: string;
  /** Milliseconds since the epoch. */
  readonly scheduledTime: number;
  readonly type: string;
  /** Where the handler fails, it is not called again for this time. */
  noRetry(): void;
}
interface ScheduledEvent extends ScheduledController {}

interface QueueRetryOptions {
  /** 0 to 43200; where it is left out, the queue decides. */
  delaySeconds?: number;
}

/** A message of a batch. The first thing that is said of it counts. */
interface Message<Body = unknown> {
  readonly id: string;
  /** When it was sent. */
  readonly timestamp: Date;
  readonly body: Body;
  /** How often it has been delivered, this time included. */
  readonly attempts: number;
  /** It is done, whatever the handler does from here on. */
  ack(): void;
  /** It is to be delivered again. */
  retry(options?: QueueRetryOptions): void;
}

/** Messages of a queue. Those of which nothing is said are done when the handler returns, and come again when it throws. */
interface MessageBatch<Body = unknown> {
  readonly queue: string;
  readonly messages: readonly Message<Body>[];
  /** All messages of which nothing was said are done. */
  ackAll(): void;
  /** All messages of which nothing was said are to be delivered again. */
  retryAll(options?: QueueRetryOptions): void;
}

type ExportedHandlerFetchHandler<Env = unknown, CfHostMetadata = unknown, Props = any> = (
  request: Request<CfHostMetadata, IncomingRequestCfProperties<CfHostMetadata>>,
  env: Env,
  ctx: ExecutionContext<Props>,
) => Response | Promise<Response>;

type ExportedHandlerScheduledHandler<Env = unknown, Props = any> = (
  controller: ScheduledController,
  env: Env,
  ctx: ExecutionContext<Props>,
) => void | Promise<void>;

type ExportedHandlerQueueHandler<Env = unknown, Message = unknown, Props = any> = (
  batch: MessageBatch<Message>,
  env: Env,
  ctx: ExecutionContext<Props>,
) => void | Promise<void>;

/** A plugin that is a handler object. Handlers of other events are not called here, so they are not among its members. */
interface ExportedHandler<Env = unknown, QueueHandlerMessage = unknown, CfHostMetadata = unknown, Props = any> {
  fetch?: ExportedHandlerFetchHandler<Env, CfHostMetadata, Props>;
  scheduled?: ExportedHandlerScheduledHandler<Env, Props>;
  queue?: ExportedHandlerQueueHandler<Env, QueueHandlerMessage, Props>;
}

/** What an edge network would say of a request. `request.cf` is undefined here, so that code must do without it. */
interface IncomingRequestCfProperties<HostMetadata = unknown> {
  asn?: number;
  asOrganization?: string;
  city?: string;
  clientTcpRtt?: number;
  colo?: string;
  continent?: string;
  country?: string;
  hostMetadata?: HostMetadata;
  httpProtocol?: string;
  isEUCountry?: string;
  latitude?: string;
  longitude?: string;
  metroCode?: string;
  postalCode?: string;
  region?: string;
  regionCode?: string;
  timezone?: string;
  tlsCipher?: string;
  tlsVersion?: string;
}
type CfProperties<HostMetadata = unknown> = IncomingRequestCfProperties<HostMetadata>;

interface RequestInit<Cf = unknown> {
  /** Taken and ignored: what it would tell an edge network. */
  cf?: Cf;
}

declare namespace Cloudflare {
  /** What `env` of `cloudflare:workers` holds: declare yours by adding to it. */
  type Env = {};
}

declare module 'cloudflare:workers' {
  /** An entry point that is a class: the default export, or a named one. Each call has an instance of its own. */
  export abstract class WorkerEntrypoint<Env = Cloudflare.Env, Props = {}> {
    protected ctx: ExecutionContext<Props>;
    protected env: Env;
    constructor(ctx: ExecutionContext, env: Env);
    fetch?(request: Request): Response | Promise<Response>;
    queue?(batch: MessageBatch<unknown>): void | Promise<void>;
    scheduled?(controller: ScheduledController): void | Promise<void>;
  }

  /** The bindings, for code that is not handed them. */
  export const env: Cloudflare.Env;
}
