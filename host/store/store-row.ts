/**
 * The rows of a store in a form that every store can write and read: what an export is made of. They are held against it when
 * they come from a file. A field that comes later has a default here, so that older files are read, and raises the version.
 */

import { z } from 'zod';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { budgetWindows, parseScope } from '../budgets/budget.ts';

/** Which rows are wanted. */
export interface ExportSelection {
  /** `undefined`: all there are. */
  readonly plugins: readonly PluginId[] | undefined;
  /** Whether the hash of the admin token is among them. */
  readonly token: boolean;
}

const count = z.int().nonnegative();
const number = z.int().positive();
const at = z.int();
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hex');
const line = z.strictObject({ file: z.string(), line: count, column: count });
const diagnostic = line.extend({ severity: z.enum(['error', 'warning']), code: z.string(), message: z.string() });

const plugin = z.string().transform((text, context): PluginId => {
  try {
    return parsePluginId(text);
  } catch (error) {
    context.issues.push({ code: 'custom', input: text, message: (error as Error).message });
    return z.NEVER;
  }
});

/** Whatever is made of the names of files, they lead nowhere but below the source's root. */
function isPlainPath(path: string): boolean {
  if (path.length > 1_000 || /[\\\p{Cc}]|^[a-z]:/iu.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const fileName = z.string().refine(isPlainPath, 'is no relative path below the source’s root');

const pluginRow = z.strictObject({
  ...{ kind: z.literal('plugin'), plugin, nextRelease: number, nextDeployment: number, nextRollout: number },
  /** The deployment that is live. */
  live: number.nullable(),
  ...{ removedAt: at.nullable(), removedBy: z.string().nullable() },
});

const releaseRow = z.strictObject({
  ...{ kind: z.literal('release'), plugin, number, hash },
  /** As it was stored: it is parsed where it is read, so that a field that came later has its default. */
  manifest: z.record(z.string(), z.unknown()),
  ...{ interfaces: z.array(z.string()), typeErrors: z.boolean(), createdAt: at, actor: z.string(), message: z.string() },
  ...{ sourceBytes: count, bundleBytes: count, timings: z.record(z.string(), z.number()), diagnostics: z.array(diagnostic) },
  gates: z.record(z.string(), z.unknown()),
});

/** Of a release whose source and code are there still. */
const contentRow = z.strictObject({
  ...{ kind: z.literal('content'), plugin, number },
  files: z.array(z.tuple([fileName, z.string()])),
  ...{ code: z.string(), sourceMap: z.string(), sites: z.array(line) },
});

const deploymentRow = z.strictObject({
  ...{ kind: z.literal('deployment'), plugin, number },
  /** The one with the greater part first. */
  releases: z
    .array(z.strictObject({ number, percentage: z.number().min(0).max(100) }))
    .min(1)
    .max(2),
  ...{ createdAt: at, actor: z.string(), cause: z.enum(['push', 'deploy', 'rollback', 'rollout']), message: z.string() },
  replaced: number.nullable(),
});

const share = z.number().min(0).max(100);
const margin = z.number().min(0).max(1_000);

/** One that is under way goes on where the rows are read. */
const rolloutRow = z.strictObject({
  ...{ kind: z.literal('rollout'), plugin, number, release: number, base: number },
  plan: z.strictObject({
    ...{ steps: z.array(share).min(2).max(20), holdMs: count, samples: number, timeoutMs: number.optional() },
    margins: z.strictObject({ failures: margin, cpu: margin, latency: margin }),
  }),
  state: z.enum(['running', 'paused', 'completed', 'rolled_back', 'aborted', 'superseded']),
  ...{ step: count, stepAt: at, run: number, deployment: number, actor: z.string(), message: z.string() },
  ...{ startedAt: at, endedAt: at.nullable() },
  decisions: z
    .array(
      z.strictObject({
        kind: z.enum(['started', 'promoted', 'paused', 'resumed', 'completed', 'rolled_back', 'aborted', 'superseded']),
        ...{ at, actor: z.string(), reason: z.string(), deployment: number, percentage: share.optional() },
        health: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .max(1_000),
});

/** A failure that somebody has kept. Its summary and content are JSON, as they were stored. */
const capsuleRow = z.strictObject({
  ...{ kind: z.literal('capsule'), plugin, id: z.string().min(1).max(200), release: number, keptAt: at },
  ...{ actor: z.string(), message: z.string(), summary: z.string(), content: z.string() },
});

/** What was published under a key, so that a push that is sent again is known after a restore, too. */
const onceRow = z.strictObject({
  ...{ kind: z.literal('once'), plugin, key: z.string(), fingerprint: z.string(), release: number, deployment: number, at },
});

const changeRow = z.strictObject({ kind: z.literal('change'), number, plugin, deployment: number.nullable(), at });

const scope = z.string().refine((text) => {
  try {
    return parseScope(text) === text;
  } catch {
    return false;
  }
}, 'is no scope of a budget');

const budgetRow = z.strictObject({
  ...{ kind: z.literal('budget'), version: number, scope, window: z.enum(budgetWindows), mode: z.enum(['soft', 'hard']) },
  ...{ calls: number.nullable(), cpuSeconds: z.number().positive().nullable(), memoryBytes: number.nullable() },
  ...{ warnAt: z.number().positive().max(1), actor: z.string(), message: z.string(), setAt: at },
});

const settingRow = z.strictObject({ kind: z.literal('setting'), name: z.literal('admin_token_hash'), value: hash });

export const storeRowSchema = z.discriminatedUnion('kind', [
  settingRow,
  pluginRow,
  releaseRow,
  contentRow,
  deploymentRow,
  rolloutRow,
  capsuleRow,
  onceRow,
  changeRow,
  budgetRow,
]);

/**
 * In this order: settings; then, plugin by plugin in order of ids, its row, its releases in order of numbers, each with its
 * content right after it, its deployments and its rollouts in order of numbers, its kept failures, and what was published under keys; then the changes in order, and the budgets in order of scopes.
 * Snapshots are none of them: they are made anew from the code, and fit no other version of nbox.
 */
export type StoreRow = z.infer<typeof storeRowSchema>;
export type RowKind = StoreRow['kind'];
