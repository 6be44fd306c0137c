/** A place in the source of a release: file and line, and a link to it in the editor. */

import type { Position } from '../api/wire.ts';
import { href } from '../routes/location.ts';

export interface PlaceLinkProps {
  readonly plugin: string;
  readonly release: number;
  readonly position: Position;
}

export function PlaceLink({ plugin, release, position: { file, line } }: PlaceLinkProps) {
  return (
    <a
      class="mono"
      href={href({ view: 'editor', plugin }, { release: String(release), file, line: String(line) })}
      title={`Open release ${release} at this line`}
    >
      {file}:{line}
    </a>
  );
}
