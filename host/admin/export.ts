/** The export route of the admin API: the store as one stream, as it is when that begins. */

import { NboxError } from '../../guards/errors.ts';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import { exportStore } from '../api/operations/export.ts';
import type { Clock } from '../clock.ts';
import { exportLines, packed } from '../export/export-writer.ts';
import { exportType } from '../export/format.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { type Route, route } from './route.ts';

/** For how long a reader may take nothing, and take part in one export: what is written meanwhile piles up in the store. */
export interface ExportTimes {
  readonly stallMs: number;
  readonly wholeMs: number;
}

export interface ExportRouteParts {
  readonly store: Pick<Store, 'export'>;
  readonly log: Logger;
  readonly now: Clock['now'];
  readonly exportTimes?: ExportTimes;
}

const defaultTimes: ExportTimes = { stallMs: 30_000, wholeMs: 1_800_000 };
/** As many as a URL has room for. */
const mostPlugins = 64;
const busyRetryS = 10;

export function exportRoutes({ store, log, now, exportTimes = defaultTimes }: ExportRouteParts): Route[] {
  let isRunning = false;
  return [
    route(exportStore, async (ctx, _, { query }) => {
      const selection = selectionOf(query);
      ctx.type = exportType;
      ctx.set('content-disposition', 'attachment; filename="nbox-export.ndjson.gz"');
      if (ctx.method === 'HEAD') {
        ctx.status = 200;
        return;
      }
      // One at a time: each holds a connection of the store, and what it reads.
      if (isRunning) throw new NboxError('export_busy', { detail: 'Another export is running', retryAfterS: busyRetryS });
      isRunning = true;
      const rows = freeing(store.export(selection), () => {
        isRunning = false;
      });
      // What is wrong with the request itself is found before the first row, and still told by a status.
      const first = await rows.next();
      const timed = inTime(exportLines(from(first, rows), selection, now()), exportTimes, (error) => body.destroy(error));
      const body = packed(timed);
      // The rows have begun: lines that have not would not end them. What fails in ending them has been told where it was read.
      body.once('close', () => rows.return().catch(() => undefined));
      body.on('error', (err) => log.warn({ err, requestId: ctx.state['requestId'] }, 'an export was cut off'));
      ctx.body = body;
      // From here on a failure is told by the cut alone, whether or not something has been sent.
      ctx.flushHeaders();
    }),
  ];
}

function selectionOf({ plugins, token }: { plugins: string | undefined; token: boolean }): {
  plugins: PluginId[] | undefined;
  token: boolean;
} {
  const ids = plugins?.split(',');
  if (ids !== undefined && ids.length > mostPlugins) {
    throw new NboxError('invalid_query', `plugins may name ${mostPlugins}; export all of them for more`);
  }
  return { plugins: ids?.map(parsePluginId), token };
}

/** @param freed told once, when nothing is read any more */
async function* freeing(rows: AsyncGenerator<StoreRow, void, void>, freed: () => void): AsyncGenerator<StoreRow, void, void> {
  try {
    yield* rows;
  } finally {
    freed();
  }
}

/** With what was read of them already. Ending it ends them. */
async function* from(
  first: IteratorResult<StoreRow, void>,
  rest: AsyncGenerator<StoreRow, void, void>,
): AsyncGenerator<StoreRow, void, void> {
  try {
    if (first.done === true) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** @param late told when the reader has had its time; it ends the lines */
async function* inTime(
  lines: AsyncGenerator<Buffer, void, void>,
  { stallMs, wholeMs }: ExportTimes,
  late: (error: Error) => void,
): AsyncGenerator<Buffer, void, void> {
  const whole = setTimeout(() => late(new Error(`the export took longer than ${wholeMs} ms`)), wholeMs);
  try {
    for await (const piece of lines) {
      const stall = setTimeout(() => late(new Error(`the reader took nothing for ${stallMs} ms`)), stallMs);
      try {
        yield piece;
      } finally {
        clearTimeout(stall);
      }
    }
  } finally {
    clearTimeout(whole);
  }
}
