/** Events, which are calls that are no requests, and what comes of them. Both cross as JSON. */

import { z } from 'zod';

/** A time of a plugin's schedule has come. */
export interface ScheduledEvent {
  readonly cron: string;
  /** Milliseconds since the epoch. */
  readonly scheduledTime: number;
}

export interface QueueMessage {
  readonly id: string;
  /** When it was sent, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** How often it has been delivered, this time included. */
  readonly attempts: number;
  readonly body?: unknown;
  /** The body in base64, where it is bytes. */
  readonly bytes?: string;
}

export interface QueueEvent {
  readonly queue: string;
  readonly messages: readonly QueueMessage[];
}

export interface MethodEvent {
  readonly args: readonly unknown[];
}

export type Event = ScheduledEvent | QueueEvent | MethodEvent;

const decisionSchema = z.strictObject({
  outcome: z.enum(['ack', 'retry']),
  delaySeconds: z.number().min(0).max(43_200).optional(),
});

/** What becomes of one message of a batch. */
export type Decision = z.infer<typeof decisionSchema>;

const outcomeSchema = z.strictObject({
  /** Of a batch: one for each message, in their order. */
  messages: z.array(decisionSchema).optional(),
  /** Of a scheduled time: it is not to be tried again where it failed. */
  noRetry: z.boolean().optional(),
  /** Of a method: what it returned; absent where that was nothing. */
  result: z.unknown().optional(),
  /** What the handler threw. */
  error: z.strictObject({ message: z.string(), stack: z.string() }).optional(),
});

export type Outcome = Omit<z.infer<typeof outcomeSchema>, 'error'>;

/**
 * What a guest says of an event. It is the prelude's own JSON, but the plugin shares the realm with it.
 * @returns undefined where it has not the form
 */
export function readOutcome(json: string): z.infer<typeof outcomeSchema> | undefined {
  try {
    return outcomeSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/**
 * What becomes of each message of a batch, by its id.
 * @throws Error where the outcome is not of this batch
 */
export function messageOutcomes({ messages }: QueueEvent, outcome: Outcome): readonly (Decision & { readonly id: string })[] {
  const decisions = outcome.messages ?? [];
  if (decisions.length !== messages.length) throw new Error('the outcome is of another batch');
  return messages.map(({ id }, i) => ({ id, ...(decisions[i] as Decision) }));
}
