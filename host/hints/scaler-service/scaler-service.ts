/** The hints as KEDA's external scaler over gRPC: answers a ScaledObject with what is wanted of what its metadata names. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { hashSecret, secretCheck } from '../../access/secret.ts';
import type { Address } from '../../http-server.ts';
import type { Logger } from '../../log.ts';
import type { HintReader } from '../reading.ts';
import { ActiveStreams, type IsActive } from './active-streams.ts';
import { BoundedPort } from './bounded-port.ts';
import { type MetricsAnswer, ownHeader, peerClient } from './peer-client.ts';
import { type PeerParts, Peers, type Share } from './peers.ts';
import { knownOf, ScalerError, type ScalerMetadata, type Subject, type SubjectParts, status, subjectOf } from './scaled-object.ts';
import { ScalerTokens } from './scaler-tokens.ts';

export interface ScalerServiceOptions extends SubjectParts {
  readonly hints: HintReader;
  readonly host: string;
  readonly port: number;
  /** None is asked for where there is none. */
  readonly token: string | undefined;
  /** A name that leads to all hosts, where there are several: then it answers for all of them. */
  readonly peers?: string | undefined;
  readonly lookup?: PeerParts['lookup'];
  /** Files. Without a certificate it speaks in the clear. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** With it, clients must have a certificate of this authority. */
  readonly clientCa: string | undefined;
  /** Milliseconds of the clock that only goes forward. */
  readonly elapsed: () => number;
  /** In which a request must have come whole. */
  readonly requestMs?: number;
  readonly log: Pick<Logger, 'error'>;
}

interface ScaledObjectRef {
  readonly scalerMetadata?: ScalerMetadata;
}

interface MetricsRequest {
  readonly scaledObjectRef?: ScaledObjectRef | null;
  /** Of this object; a host that asks another knows which it is. */
  readonly metricName: string;
}

/** What is asked for, by whom it may be asked for. */
interface Asked {
  readonly subject: Subject;
  /** Of this host, or of all of them. @throws ScalerError where it is not known */
  readonly share: () => Promise<Share>;
}

export const protoFile = join(import.meta.dirname, 'external-scaler.proto');
const serviceName = 'externalscaler.ExternalScaler';
/** Anybody who reaches the port can make it hold so much, without a token: 2 MiB for each connection. */
const portBounds = { connections: 32, ofAddress: 16 };
const bounds = {
  // KEDA passes on a trigger's metadata: some names, and a token of 512 characters at most.
  'grpc.max_receive_message_length': 4_096,
  'grpc.max_concurrent_streams': 256,
  // In MiB; unbounded unless it is said.
  'grpc-node.max_session_memory': 1,
  'grpc.max_connection_idle_ms': 300_000,
  // A client that has gone without a word is found, and its streams with it.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};
/** The token is in the request: until that has come, nobody knows whose it is. */
const defaultRequestMs = 10_000;

export class ScalerService {
  readonly #options: ScalerServiceOptions;
  readonly #server: Server;
  readonly #tokens: ScalerTokens;
  readonly #streams = new ActiveStreams<ScaledObjectRef>();
  #port: BoundedPort | undefined;
  #peers: Peers | undefined;
  #stopTelling: () => void = () => {};

  private constructor(options: ScalerServiceOptions) {
    this.#options = options;
    this.#server = new Server({ ...bounds, interceptors: [inTime(options.requestMs ?? defaultRequestMs)] });
    const { token, elapsed } = options;
    this.#tokens = new ScalerTokens(token === undefined ? undefined : secretCheck(hashSecret(token)), elapsed);
  }

  /** @throws Error where the port is taken, or a file of the certificate cannot be read */
  static async start(options: ScalerServiceOptions): Promise<{ service: ScalerService; address: Address }> {
    const service = new ScalerService(options);
    const loaded = await load(protoFile, { keepCase: true, longs: Number, defaults: true });
    const definition = loaded[serviceName] as ServiceDefinition;
    if (options.peers !== undefined) {
      const { peers: name, port, token, cert, key, clientCa, lookup } = options;
      const getMetrics = definition['GetMetrics'] as MethodDefinition<object, MetricsAnswer>;
      service.#peers = new Peers(await peerClient({ name, port, token, cert, key, clientCa, lookup, getMetrics }));
    }
    service.#server.addService(definition, {
      IsActive: service.#unary<ScaledObjectRef, IsActive>(
        (ref) => ref,
        async ({ share }) => ({ result: (await share()).wanted > 0 }),
      ),
      StreamIsActive: (stream: ServerWritableStream<ScaledObjectRef, IsActive>) => void service.#stream(stream),
      // One of what is scaled for each that is wanted.
      GetMetricSpec: service.#unary<ScaledObjectRef, object>(
        (ref) => ref,
        async ({ subject: { metricName } }) => ({ metricSpecs: [{ metricName, targetSize: 1, targetSizeFloat: 1 }] }),
      ),
      GetMetrics: service.#unary<MetricsRequest, object>(
        ({ scaledObjectRef }) => scaledObjectRef ?? {},
        (asked, { metricName }) => metricsOf(asked, metricName),
      ),
    });
    const address = await service.#listen();
    service.#stopTelling = options.hints.onTick(() => void service.#streams.tell());
    return { service, address };
  }

  /** Streams end as `UNAVAILABLE`; what is being answered is cut when the time is over. */
  async close(drainMs: number): Promise<void> {
    this.#stopTelling();
    this.#streams.close();
    this.#port?.stop();
    const cut = setTimeout(() => {
      this.#server.forceShutdown();
      this.#port?.cut();
    }, drainMs);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(cut);
    // Those that never became more than a connection.
    this.#port?.cut();
  }

  async #listen(): Promise<Address> {
    const { host, port } = this.#options;
    const injector = this.#server.createConnectionInjector(await this.#credentials());
    this.#port = new BoundedPort(portBounds, (socket) => injector.injectConnection(socket));
    return await this.#port.listen(host, port);
  }

  async #credentials(): Promise<ServerCredentials> {
    const { cert, key, clientCa } = this.#options;
    if (cert === undefined || key === undefined) return ServerCredentials.createInsecure();
    const [certificate, privateKey, authority] = await Promise.all([
      readFile(cert),
      readFile(key),
      clientCa === undefined ? null : readFile(clientCa),
    ]);
    return ServerCredentials.createSsl(authority, [{ cert_chain: certificate, private_key: privateKey }], authority !== null);
  }

  #unary<Q, A>(refOf: (request: Q) => ScaledObjectRef, answer: (asked: Asked, request: Q) => Promise<A>) {
    const answered = async (call: ServerUnaryCall<Q, A>): Promise<A> => answer(this.#admit(call, refOf(call.request)), call.request);
    return (call: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
      answered(call).then(
        (value) => callback(null, value),
        (error: unknown) => callback(this.#told(error), null),
      );
    };
  }

  async #stream(stream: ServerWritableStream<ScaledObjectRef, IsActive>): Promise<void> {
    try {
      const { share } = this.#admit(stream, stream.request);
      await this.#streams.open(stream, async () => (await share()).wanted);
    } catch (error) {
      stream.emit('error', this.#told(error));
    }
  }

  /** The token first: who may not ask learns nothing of what there is. @throws ScalerError */
  #admit(call: { readonly metadata: Metadata; getPeer(): string }, { scalerMetadata = {} }: ScaledObjectRef): Asked {
    this.#tokens.check(call.getPeer().replace(/:\d+$/, ''), givenTokens(call.metadata, scalerMetadata));
    const subject = subjectOf(scalerMetadata, this.#options);
    const peers = call.metadata.get(ownHeader).length === 0 ? this.#peers : undefined;
    return { subject, share: async () => (peers === undefined ? knownOf(subject) : await peers.sum(subject.named)) };
  }

  /** Strangers' errors stay in the log. */
  #told(error: unknown): ScalerError {
    if (error instanceof ScalerError) return error;
    this.#options.log.error({ err: error }, 'a request of the external scaler failed');
    return new ScalerError(status.unavailable, 'The host failed');
  }
}

/** Ends requests that are not whole in time, and lets nothing of them through after that. */
function inTime(mostMs: number): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        let isLate = false;
        const late = setTimeout(() => {
          isLate = true;
          call.sendStatus({ code: status.deadlineExceeded, details: `The request was not whole within ${mostMs} ms` });
        }, mostMs);
        next({
          onReceiveMessage: (message, pass) => {
            if (!isLate) pass(message);
          },
          onReceiveHalfClose: (pass) => {
            clearTimeout(late);
            if (!isLate) pass();
          },
          onCancel: () => clearTimeout(late),
        });
      },
    });
}

/** KEDA sends no header of its own, but passes on the trigger's metadata, with what `…FromEnv` names in its place. */
function givenTokens(metadata: Metadata, scalerMetadata: Readonly<Record<string, string>>): string[] {
  const header = /^Bearer (.+)$/i.exec(String(metadata.get('authorization')[0] ?? ''))?.[1];
  return [header, scalerMetadata['tokenFromEnv'], scalerMetadata['token']].filter((one) => one !== undefined);
}

async function metricsOf({ subject: { metricName }, share }: Asked, asked: string): Promise<object> {
  if (asked !== '' && asked !== metricName) {
    throw new ScalerError(status.invalidArgument, `The metric of this object is ${metricName}`);
  }
  const { wanted, load } = await share();
  // KEDA takes the second, where it is not 0.
  return { metricValues: [{ metricName, metricValue: wanted, metricValueFloat: load }] };
}
