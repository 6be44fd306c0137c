/** Where in the author's source a call failed: by the guard's site, or by the guest's stack through the source map. */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { SourcePosition } from '../../guards/errors.ts';
import type { Bundle } from './release.ts';

/** What is known of the place: a guard's number in the bundle, or the guest's stack in the bundle's positions. */
export interface Place {
  readonly site: number | undefined;
  readonly guestStack: string | undefined;
}

/** A frame of the guest's stack: `at name (plugin.js:12:34)`. */
const frame = /plugin\.js:(\d{1,9}):(\d{1,9})/g;

/** The same, with the function's name where there is one. */
const namedFrame = /^\s*at (?:(.{1,200}?) \()?plugin\.js:(\d{1,9}):(\d{1,9})\)?$/;
const mostFrames = 30;

/** A frame of a stack in the author's files. */
export interface SourceFrame extends SourcePosition {
  /** The function's; empty where it has none, as at the top level. */
  readonly name: string;
}

/** One release's places. Its source map is decoded when it is first needed, which takes milliseconds. */
export class SourcePlaces {
  readonly #sites: Bundle['sites'];
  readonly #json: string;
  #map: TraceMap | undefined;

  constructor(bundle: Pick<Bundle, 'sites' | 'sourceMap'>) {
    this.#sites = bundle.sites;
    this.#json = bundle.sourceMap;
  }

  /** The first place that is known, if any is. */
  find({ site, guestStack }: Place): SourcePosition | undefined {
    if (site !== undefined) return this.#sites[site];
    return guestStack === undefined ? undefined : this.stack(guestStack)[0];
  }

  /** A stack in positions of the author's files; frames that are not the author's are left out. The plugin may have written it. */
  stack(text: string): SourcePosition[] {
    this.#map ??= new TraceMap(this.#json);
    const positions: SourcePosition[] = [];
    for (const [, line, column] of text.matchAll(frame)) {
      if (Number(line) < 1) continue;
      const found = originalPositionFor(this.#map, { line: Number(line), column: Math.max(0, Number(column) - 1) });
      if (found.source !== null) positions.push({ file: found.source, line: found.line, column: found.column + 1 });
    }
    return positions;
  }

  /** The frames of a stack that are the author's, the innermost first. The plugin may have written it. */
  frames(text: string): SourceFrame[] {
    return text
      .split('\n', 10 * mostFrames)
      .flatMap((line): SourceFrame[] => {
        const found = namedFrame.exec(line);
        if (found === null) return [];
        const [position] = this.stack(found[0]);
        const name = found[1] ?? '';
        return position === undefined ? [] : [{ ...position, name: name === '<anonymous>' ? '' : name }];
      })
      .slice(0, mostFrames);
  }
}
