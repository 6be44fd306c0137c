/** Checks and tests a source as a push of it would, and keeps nothing of it. */

import type { Diagnostic } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { SourceBuilder } from '../release/preparer.ts';
import type { PublishRequest } from '../release/push.ts';
import { type Allowed, pushedManifest } from '../release/pushed-manifest.ts';
import type { TestReport } from './test-report.ts';
import type { TestRunner } from './test-runner.ts';

export interface TesterParts extends Allowed {
  readonly builder: SourceBuilder;
  readonly runner: Pick<TestRunner, 'run'>;
}

export interface Tested {
  readonly plugin: PluginId;
  /** `null` where the source has no tests. */
  readonly tests: TestReport | null;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

export class Tester {
  readonly #parts: TesterParts;

  constructor(parts: TesterParts) {
    this.#parts = parts;
  }

  /** @throws NboxError as a push does, as far as that goes */
  async test(request: Pick<PublishRequest, 'plugin' | 'files' | 'manifest' | 'typecheck'>): Promise<Tested> {
    const { plugin, files, typecheck } = request;
    const manifest = pushedManifest(request, this.#parts);
    const { diagnostics } = await this.#parts.builder.build({ plugin, files, manifest, typecheck });
    const tests = await this.#parts.runner.run({ plugin, files, manifest });
    return { plugin, tests: tests ?? null, diagnostics };
  }
}
