/** What the editor's routes answer, as far as the page reads it. */

import type { Diagnostic, ProblemDetails } from '../../api/problem.ts';
import type { LogEntry, Position } from '../../api/wire.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Finding extends Diagnostic, Span {
  readonly tags?: readonly ('unnecessary' | 'deprecated')[];
}

export interface CompletionItem {
  readonly name: string;
  readonly kind: string;
  readonly insert?: string;
  readonly detail?: string;
  readonly boost?: number;
}

export interface Completions {
  readonly from: number;
  readonly items: readonly CompletionItem[];
}

export interface Described {
  readonly signature: string;
  readonly documentation: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

export type Hover = Described & Span;

export interface Answers {
  readonly complete: Completions | null;
  readonly details: Described | null;
  readonly hover: Hover | null;
  readonly definition: Position | null;
  readonly diagnose: readonly Finding[];
}

export interface Frame extends Position {
  readonly name: string;
}

export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly base64: boolean;
  readonly bytes: number;
  readonly cut: boolean;
}

/** What came of an event, by `POST …/previews/:id/invocations`. */
export interface EventAnswer {
  readonly interface: string;
  readonly result: unknown;
  readonly logs: readonly LogEntry[];
}

/** `POST …/previews/:id/requests` */
export interface PreviewAnswer {
  readonly call: string;
  readonly reply: Reply | null;
  readonly error: ProblemDetails | null;
  readonly stack: readonly Frame[];
  readonly usage: {
    readonly outcome: string;
    readonly executor: number;
    readonly waitUs: number;
    readonly initUs: number;
    readonly cpuUs: number;
    readonly wallUs: number;
    readonly steps: number;
    readonly memoryPeakBytes: number;
    readonly hostCalls: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
  };
  readonly logs: readonly LogEntry[];
}

export interface TestReport {
  readonly result: 'passed';
  readonly passed: number;
  readonly failed: 0;
  readonly skipped: number;
  readonly durationMs: number;
}

/** The member `tests` of the problem `tests_failed`. */
export interface FailedTests {
  readonly failures: readonly (Position & { readonly test: string; readonly message: string; readonly diff?: string })[];
  readonly failed: number;
  readonly passed: number;
  readonly skipped: number;
  readonly notRun: number;
  readonly durationMs: number;
}

interface Cost {
  readonly cpuUs: number;
  readonly steps: number;
  readonly memoryBytes: number;
}

/** What the gate `replay` has found; also the member `replay` of the problem `replay_changed`. */
export interface ReplayFound {
  readonly against: number;
  readonly requests: number;
  readonly same: number;
  readonly changed: readonly { readonly request: string; readonly changes: readonly string[] }[];
  readonly unanswered: readonly { readonly request: string; readonly missed: readonly string[] }[];
  readonly cost: { readonly before: Cost; readonly after: Cost };
}

export interface Gates {
  readonly tests?: TestReport;
  readonly replay?: ReplayFound;
}

/** `POST …/previews` */
export interface MadePreview {
  readonly plugin: string;
  readonly preview: { readonly id: string; readonly url: string; readonly token: string; readonly expiresAt: string };
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: Gates;
  readonly timings: Readonly<Record<string, number>>;
  readonly interfaces: readonly string[];
}

/** `PUT /v1/plugins/…` */
export interface Published {
  readonly plugin: string;
  readonly release: { readonly number: number; readonly hash: string };
  readonly deployment: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly gates?: Gates;
  readonly timings: Readonly<Record<string, number>>;
}

/** `GET /v1/templates` */
export interface Template {
  readonly name: string;
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
}
