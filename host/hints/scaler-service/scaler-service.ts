/** The hints as KEDA's external scaler over gRPC: answers a ScaledObject with what is wanted of what its metadata names. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import type { Address } from '../../http-server.ts';
import type { Logger } from '../../log.ts';
import type { HintReader } from '../reading.ts';
import { ActiveStreams, type IsActive } from './active-streams.ts';
import { ScalerError, type Subject, type SubjectParts, status, subjectOf, wantedOf } from './scaled-object.ts';

export interface ScalerServiceOptions extends SubjectParts {
  readonly hints: HintReader;
  readonly host: string;
  readonly port: number;
  /** Whether a text is the token; none is asked for where there is none. */
  readonly isToken: ((given: string) => boolean) | undefined;
  /** Files. Without a certificate it speaks in the clear. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** With it, clients must have a certificate of this authority. */
  readonly clientCa: string | undefined;
  readonly log: Pick<Logger, 'error'>;
}

interface ScaledObjectRef {
  readonly scalerMetadata?: Readonly<Record<string, string>>;
}

interface MetricsRequest {
  readonly scaledObjectRef?: ScaledObjectRef | null;
  readonly metricName: string;
}

export const protoFile = join(import.meta.dirname, 'external-scaler.proto');
const serviceName = 'externalscaler.ExternalScaler';
const bounds = {
  'grpc.max_receive_message_length': 65_536,
  'grpc.max_concurrent_streams': 256,
  'grpc.max_connection_idle_ms': 300_000,
  // A client that has gone without a word is found, and its streams with it.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
};

export class ScalerService {
  readonly #options: ScalerServiceOptions;
  readonly #server = new Server(bounds);
  readonly #streams = new ActiveStreams<ScaledObjectRef>();
  #stopTelling: () => void = () => {};

  private constructor(options: ScalerServiceOptions) {
    this.#options = options;
  }

  /** @throws Error where the port is taken, or a file of the certificate cannot be read */
  static async start(options: ScalerServiceOptions): Promise<{ service: ScalerService; address: Address }> {
    const service = new ScalerService(options);
    const loaded = await load(protoFile, { keepCase: true, longs: Number, defaults: true });
    service.#server.addService(loaded[serviceName] as ServiceDefinition, {
      IsActive: service.#unary<ScaledObjectRef, IsActive>(
        (ref) => ref,
        (subject) => ({ result: wantedOf(subject) > 0 }),
      ),
      StreamIsActive: (stream: ServerWritableStream<ScaledObjectRef, IsActive>) => {
        try {
          service.#streams.open(stream, service.#admit(stream.metadata, stream.request));
        } catch (error) {
          stream.emit('error', service.#told(error));
        }
      },
      // One of what is scaled for each that is wanted.
      GetMetricSpec: service.#unary<ScaledObjectRef, object>(
        (ref) => ref,
        ({ metricName }) => ({
          metricSpecs: [{ metricName, targetSize: 1, targetSizeFloat: 1 }],
        }),
      ),
      GetMetrics: service.#unary<MetricsRequest, object>(
        ({ scaledObjectRef }) => scaledObjectRef ?? {},
        (subject, { metricName }) => metricsOf(subject, metricName),
      ),
    });
    const { host, port } = options;
    const bound = await service.#bind(`${host.includes(':') ? `[${host}]` : host}:${port}`);
    service.#stopTelling = options.hints.onTick(() => service.#streams.tell());
    return { service, address: { host, port: bound } };
  }

  /** Streams end as `UNAVAILABLE`; what is being answered is cut when the time is over. */
  async close(drainMs: number): Promise<void> {
    this.#stopTelling();
    this.#streams.close();
    const cut = setTimeout(() => this.#server.forceShutdown(), drainMs);
    await new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve()));
    clearTimeout(cut);
  }

  async #bind(address: string): Promise<number> {
    const credentials = await this.#credentials();
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
    });
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

  #unary<Q, A>(refOf: (request: Q) => ScaledObjectRef, answer: (subject: Subject, request: Q) => A) {
    return ({ metadata, request }: ServerUnaryCall<Q, A>, callback: sendUnaryData<A>): void => {
      let answered: A;
      try {
        answered = answer(this.#admit(metadata, refOf(request)), request);
      } catch (error) {
        callback(this.#told(error), null);
        return;
      }
      callback(null, answered);
    };
  }

  /** The token first: who may not ask learns nothing of what there is. @throws ScalerError */
  #admit(metadata: Metadata, { scalerMetadata = {} }: ScaledObjectRef): Subject {
    const { isToken } = this.#options;
    if (isToken !== undefined && !givenTokens(metadata, scalerMetadata).some(isToken)) {
      throw new ScalerError(
        status.unauthenticated,
        'Send the token as "authorization: Bearer <token>", or as tokenFromEnv or token in the metadata',
      );
    }
    return subjectOf(scalerMetadata, this.#options);
  }

  /** Strangers' errors stay in the log. */
  #told(error: unknown): ScalerError {
    if (error instanceof ScalerError) return error;
    this.#options.log.error({ err: error }, 'a request of the external scaler failed');
    return new ScalerError(status.unavailable, 'The host failed');
  }
}

/** KEDA sends no header of its own, but passes on the trigger's metadata, with what `…FromEnv` names in its place. */
function givenTokens(metadata: Metadata, scalerMetadata: Readonly<Record<string, string>>): string[] {
  const header = /^Bearer (.+)$/i.exec(String(metadata.get('authorization')[0] ?? ''))?.[1];
  return [header, scalerMetadata['tokenFromEnv'], scalerMetadata['token']].filter((one) => one !== undefined);
}

function metricsOf(subject: Subject, metricName: string): object {
  if (metricName !== subject.metricName) {
    throw new ScalerError(status.invalidArgument, `The metric of this object is ${subject.metricName}`);
  }
  const wanted = wantedOf(subject);
  return { metricValues: [{ metricName, metricValue: wanted, metricValueFloat: wanted }] };
}
