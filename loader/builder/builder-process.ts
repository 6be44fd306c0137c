/** The builder's process: runs builds one after another for the host that started it. */

import { NboxError, packError } from '../../guards/errors.ts';
import type { BuildRequest } from '../build.ts';
import { createPipeline, type Pipeline } from './build-source.ts';
import type { FromBuilder, ToBuilder } from './builder-messages.ts';
import { Bundler } from './bundle.ts';
import { bundleExecutor } from './executor.ts';
import { loadLibraries } from './libraries.ts';
import { bundlePrelude } from './prelude.ts';
import { Typechecker } from './typecheck.ts';

// The host is gone, or done with us. This process leads a group (see builder.ts) in which nothing but it and its
// children are, so that one signal ends them all, whatever each is busy with.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

const [librariesDir, typesDir, checkDeadlineMs] = process.argv.slice(2) as [string, string, string];

function send(message: FromBuilder): void {
  process.send?.(message);
}

/** A first build loads esbuild and has V8 compile the instrumenting: 100 ms that no author should wait for. */
const warmUp: BuildRequest = {
  plugin: 'nbox/builder/warm-up',
  files: new Map([['index.ts', 'export default (request: Request) => { for (const part of request.url) console.log(part); };']]),
  manifest: { entry: 'index.ts' },
  typecheck: 'warn',
};

const starting: Promise<Pipeline> = (async () => {
  const libraries = loadLibraries(librariesDir);
  const typechecker = await Typechecker.create({
    libraries,
    deadlineMs: Number(checkDeadlineMs),
    ...(typesDir === '' ? {} : { typesDir }),
  });
  const pipeline = createPipeline({ bundler: new Bundler(libraries), typechecker });
  await pipeline.build(warmUp);
  return pipeline;
})();

async function answer(pipeline: Pipeline, message: ToBuilder): Promise<FromBuilder> {
  switch (message.type) {
    case 'build':
      return { type: 'built', id: message.id, build: await pipeline.build(message.request) };
    case 'executor': {
      const [program, prelude] = await Promise.all([bundleExecutor(), bundlePrelude()]);
      return { type: 'executor', id: message.id, parts: { program, prelude } };
    }
    default:
      throw new Error(`Unknown message ${JSON.stringify(message satisfies never)}`);
  }
}

/** A stranger's text may name this machine's files: it is for the operator, who finds it in the log. */
function told(error: unknown): NboxError {
  if (error instanceof NboxError) return error;
  console.error(error);
  return new NboxError('builder_failed', { detail: 'The builder failed on this source', cause: error });
}

let last: Promise<void> = Promise.resolve();

process.on('message', (message: ToBuilder) => {
  last = last.then(async () => {
    const pipeline = await starting;
    send(
      await answer(pipeline, message).catch(
        (error: unknown): FromBuilder => ({ type: 'failed', id: message.id, error: packError(told(error), 'builder_failed') }),
      ),
    );
  });
  // Only a process that could not start comes here, and it ends anyway.
  last.catch(() => undefined);
});

starting.then(
  () => send({ type: 'ready' }),
  (error: unknown) => send({ type: 'unfit', message: error instanceof Error ? error.message : String(error) }),
);
