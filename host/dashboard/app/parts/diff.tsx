/** What has changed between two releases, file by file. */

import { useMemo } from 'preact/hooks';
import type { FileDiff } from '../api/wire.ts';
import { diffLines, sizeOf } from '../data/diff.ts';
import { Badge } from './badge.tsx';
import { Empty } from './states.tsx';

const mostLines = 2_000;

export function Diff({ files }: { readonly files: readonly FileDiff[] }) {
  if (files.length === 0) return <Empty title="The sources are the same" small />;
  return (
    <>
      {files.map((file) => (
        <OneFile key={file.file} file={file} />
      ))}
    </>
  );
}

function OneFile({ file: { file, change, patch } }: { readonly file: FileDiff }) {
  const lines = useMemo(() => diffLines(patch ?? ''), [patch]);
  const { added, removed } = sizeOf(lines);
  return (
    <section class="diff" aria-label={file} tabIndex={0}>
      <div class="diff-file">
        <span>{file}</span>
        <Badge tone={change === 'added' ? 'ok' : change === 'removed' ? 'bad' : 'plain'}>{change}</Badge>
        <span class="muted">
          +{added} −{removed}
        </span>
      </div>
      {patch === null ? <p class="diff-line">Finding the difference takes too long: the file is another one altogether.</p> : null}
      {lines.slice(0, mostLines).map(({ kind, text }, i) => (
        <span key={i} class={`diff-line ${kind}`}>
          {text}
        </span>
      ))}
      {lines.length > mostLines ? <p class="diff-line">… {lines.length - mostLines} lines more</p> : null}
    </section>
  );
}
