/** What a release has changed, held against the one before it or another. */

import { get } from '../../api/client.ts';
import type { ReleaseDiff } from '../../api/wire.ts';
import { useResource } from '../../data/use-resource.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Diff } from '../../parts/diff.tsx';
import { Either } from '../../parts/states.tsx';

export interface DiffProps {
  readonly plugin: string;
  readonly release: number;
  /** The one before it where there is none. */
  readonly against: number | undefined;
}

export function DiffDialog({ onClose, ...diff }: DiffProps & { readonly onClose: () => void }) {
  return (
    <Dialog title={`What release ${diff.release} has changed`} wide onClose={onClose}>
      <ReleaseDiffOf {...diff} />
    </Dialog>
  );
}

export function ReleaseDiffOf({ plugin, release, against }: DiffProps) {
  const diff = useResource(`${plugin} ${release} ${against}`, (signal) =>
    get<ReleaseDiff>(`/v1/plugins/${plugin}/releases/${release}/diff${against === undefined ? '' : `?against=${against}`}`, signal),
  );
  return (
    <Either of={diff} label="the difference">
      {({ files, against: other }) => (
        <>
          <p class="muted">Held against release {other}.</p>
          <Diff files={files} />
        </>
      )}
    </Either>
  );
}
