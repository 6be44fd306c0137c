/** A client that asks as KEDA's does: KEDA's own interface, over a socket. */

import { once } from 'node:events';
import { type ChannelCredentials, type Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoFile } from '../../../../host/hints/scaler-service/scaler-service.ts';

export interface Metric {
  readonly metricName: string;
  readonly metricValue: number;
  readonly metricValueFloat: number;
}

type Stream = ReturnType<Client['makeServerStreamRequest']>;

// biome-ignore lint/suspicious/noExplicitAny: it is made of the proto file
const { externalscaler } = loadPackageDefinition(loadSync(protoFile, { keepCase: true, longs: Number, defaults: true })) as any;

/** Owned by the test, which closes it. */
export class KedaClient {
  // biome-ignore lint/suspicious/noExplicitAny: it is made of the proto file
  readonly #client: any;
  readonly #metadata: Readonly<Record<string, string>>;

  constructor(port: number, metadata: Readonly<Record<string, string>>, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new externalscaler.ExternalScaler(`localhost:${port}`, channel, {
      // What the tests' certificate is for.
      'grpc.ssl_target_name_override': 'secure.example',
    });
    this.#metadata = metadata;
  }

  close(): void {
    this.#client.close();
  }

  async isActive(): Promise<boolean> {
    return (await this.#ask<{ result: boolean }>('IsActive', this.#ref)).result;
  }

  async metricSpec(): Promise<{ metricName: string; targetSize: number; targetSizeFloat: number }[]> {
    return (await this.#ask<{ metricSpecs: [] }>('GetMetricSpec', this.#ref)).metricSpecs;
  }

  async metrics(metricName: string): Promise<Metric[]> {
    return (await this.#ask<{ metricValues: Metric[] }>('GetMetrics', { scaledObjectRef: this.#ref, metricName })).metricValues;
  }

  streamIsActive(): Stream {
    return this.#client.StreamIsActive(this.#ref);
  }

  /** What a call fails with: gRPC's code and the text. */
  async failure(ask: () => Promise<unknown>): Promise<[number, string]> {
    try {
      await ask();
    } catch (error) {
      const { code, details } = error as ServiceError;
      return [code, details];
    }
    throw new Error('it did not fail');
  }

  get #ref() {
    return { name: 'object', namespace: 'default', scalerMetadata: { scalerAddress: 'nbox:9090', ...this.#metadata } };
  }

  #ask<A>(method: string, request: object): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#client[method](request, (error: ServiceError | null, answer: A) => (error === null ? resolve(answer) : reject(error)));
    });
  }
}

/** The next message of the stream. */
export async function next(stream: Stream): Promise<boolean> {
  const [message] = await once(stream, 'data');
  return message.result;
}

/** What the stream ends with. */
export async function ended(stream: Stream): Promise<[number, string]> {
  const [error] = (await once(stream, 'error')) as [ServiceError];
  return [error.code, error.details];
}
