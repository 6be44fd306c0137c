/** Asks another host's external scaler what that host has alone. */

import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { type ChannelCredentials, Client, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import type { PeerParts, Share } from './peers.ts';
import type { ScalerMetadata } from './scaled-object.ts';

/** With it a host is asked for its own share, and asks nobody in its turn. */
export const ownHeader = 'nbox-own';

export interface PeerClientParts {
  readonly name: string;
  readonly port: number;
  readonly token: string | undefined;
  /** Files, as the service has them. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly clientCa: string | undefined;
  /** Every address of a name; the system's where there is none. */
  readonly lookup?: PeerParts['lookup'] | undefined;
  /** Of the service. */
  readonly getMetrics: MethodDefinition<object, MetricsAnswer>;
}

export interface MetricsAnswer {
  readonly metricValues: readonly { readonly metricValue: number; readonly metricValueFloat: number }[];
}

/** KEDA gives up after three. */
const answerMs = 2_000;

/** @throws Error where a file of the certificate cannot be read */
export async function peerClient(parts: PeerClientParts): Promise<PeerParts> {
  const channel = await channelOf(parts);
  const { name, port } = parts;
  return {
    name,
    lookup: parts.lookup ?? (async (host) => (await lookup(host, { all: true })).map(({ address }) => address)),
    async ask(address, named) {
      const to = `${address.includes(':') ? `[${address}]` : address}:${port}`;
      // The certificate is one for the name, and they are asked by their addresses.
      const client = new Client(to, channel, { 'grpc.ssl_target_name_override': name });
      try {
        return await shareOf(client, parts, named);
      } finally {
        client.close();
      }
    },
  };
}

function shareOf(client: Client, { token, getMetrics }: PeerClientParts, scalerMetadata: ScalerMetadata): Promise<Share> {
  const headers = new Metadata();
  headers.set(ownHeader, '1');
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const { path, requestSerialize, responseDeserialize } = getMetrics;
  const request = { scaledObjectRef: { scalerMetadata } };
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + answerMs;
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, headers, { deadline }, (error, answer) => {
      const [value] = answer?.metricValues ?? [];
      if (error !== null) reject(new Error(error.details));
      else if (value === undefined || !(value.metricValue >= 0) || !(value.metricValueFloat >= 0)) reject(new Error('it gives no number'));
      else resolve({ wanted: value.metricValue, load: value.metricValueFloat });
    });
  });
}

async function channelOf({ cert, key, clientCa }: PeerClientParts): Promise<ChannelCredentials> {
  if (cert === undefined || key === undefined) return credentials.createInsecure();
  const [authority, privateKey, certificate] = await Promise.all([
    clientCa === undefined ? null : readFile(clientCa),
    readFile(key),
    readFile(cert),
  ]);
  return credentials.createSsl(authority, privateKey, certificate);
}
