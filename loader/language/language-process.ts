/** The language process: answers editors' questions one after another for the host that started it. */

import { NboxError, packError } from '../../guards/errors.ts';
import { Bundler } from '../builder/bundle.ts';
import { CheckerFiles } from '../builder/checker-files.ts';
import { CheckerProcess } from '../builder/checker-process.ts';
import { loadLibraries } from '../builder/libraries.ts';
import type { FromLanguage, ToLanguage } from './language-messages.ts';
import { LanguageService } from './language-service.ts';

// The host is gone, or done with us: as the builder's process does.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

const [librariesDir, typesDir, deadlineMs] = process.argv.slice(2) as [string, string, string];

function send(message: FromLanguage): void {
  process.send?.(message);
}

const starting: Promise<LanguageService> = (async () => {
  const libraries = loadLibraries(librariesDir);
  const files = new CheckerFiles({ libraries, typesDir: typesDir === '' ? undefined : typesDir });
  const checker = new CheckerProcess(files);
  await checker.start();
  const now = () => performance.now();
  return new LanguageService({ files, checker, bundler: new Bundler(libraries), now, deadlineMs: Number(deadlineMs) });
})();

/** A stranger's text may name this machine's files: it is for the operator, who finds it in the log. */
function told(error: unknown): NboxError {
  if (error instanceof NboxError) return error;
  console.error(error);
  return new NboxError('builder_failed', { detail: 'The language process failed on these files', cause: error });
}

process.on('message', ({ id, session, edited, question }: ToLanguage) => {
  // The host asks the next only when it has this one's answer.
  void starting.then(async (service) => {
    try {
      send({ type: 'answer', id, answer: await service.ask(session, edited, question) });
    } catch (error) {
      send({ type: 'failed', id, error: packError(told(error), 'builder_failed') });
    }
  });
});

starting.then(
  () => send({ type: 'ready' }),
  (error: unknown) => send({ type: 'unfit', message: error instanceof Error ? error.message : String(error) }),
);
