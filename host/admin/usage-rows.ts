/** Answers with rows of stored usage: JSON at once, lines and CSV piece by piece. */

import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { Logger } from '../log.ts';
import type { RowForm, RowsAnswer } from '../usage/messages.ts';
import type { PriceList } from '../usage/prices.ts';
import { steps, type WidenedQuery } from '../usage/query.ts';
import { csvHead } from '../usage/row-text.ts';
import type { StoredUsage } from '../usage/stored-usage.ts';
import { periodOf, startOf } from '../usage/tiers.ts';
import type { AskedUsage } from './usage-query.ts';

/** Of an answer in JSON, which whoever asked holds as a whole: some 6 MB. */
const mostJsonRows = 10_000;
/** Of one piece of a stream. */
const mostPieceRows = 100_000;
/** As many rows as a piece should have. */
const pieceRows = 4_000;
const mostPiecePeriods = 1_000;

const types: Readonly<Record<RowForm, string>> = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};

export type UsageRows = Pick<StoredUsage, 'rows' | 'now'>;

/** @throws NboxError `usage_too_large`, `usage_busy`, `usage_unavailable` */
export async function answerRows(
  ctx: Context,
  stored: UsageRows,
  { query, form }: AskedUsage,
  prices: PriceList | undefined,
  log: Logger,
): Promise<void> {
  if (form === 'json') {
    const { text, keptFrom } = await stored.rows(query, { form, prices, mostRows: mostJsonRows });
    const iso = (second: number) => new Date(second * 1_000).toISOString().replace('.000Z', 'Z');
    const head = {
      ...{ from: iso(query.from), to: iso(query.to), step: query.step ?? null, group: query.groupings },
      keptFrom: keptFrom === null ? null : iso(keptFrom),
    };
    ctx.type = types.json;
    ctx.body = Buffer.concat([Buffer.from(`${JSON.stringify(head).slice(0, -1)},"rows":[`), text, Buffer.from(']}')]);
    return;
  }
  const pieces = piecesOf(stored, query, form, prices);
  // What is wrong with the request itself is found before the first byte, and still told by a status.
  const first = await pieces.next();
  ctx.type = types[form];
  ctx.set('content-disposition', `attachment; filename="nbox-${prices === undefined ? 'usage' : 'costs'}.${form}"`);
  const body = Readable.from(whole(first, pieces, form === 'csv' ? csvHead(query.groupings, prices) : ''), { objectMode: false });
  body.on('error', (err) => log.warn({ err, requestId: ctx.state['requestId'] }, 'an export of usage was cut off'));
  ctx.body = body;
}

async function* whole(
  first: IteratorResult<Uint8Array, void>,
  rest: AsyncGenerator<Uint8Array, void, void>,
  head: string,
): AsyncGenerator<Uint8Array> {
  if (head !== '') yield Buffer.from(head);
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

/** As many periods at once as have few enough rows, so that neither thread holds more than one piece. */
async function* piecesOf(
  stored: UsageRows,
  query: WidenedQuery,
  form: RowForm,
  prices: PriceList | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const options = { form, prices, mostRows: mostPieceRows };
  if (query.step === undefined) {
    yield (await stored.rows(query, options)).text;
    return;
  }
  const tier = steps[query.step];
  const last = periodOf(tier, query.to - 1);
  let count = 1;
  for (let period = periodOf(tier, query.from); period <= last; ) {
    const end = Math.min(last, period + count - 1);
    const piece: RowsAnswer = await stored.rows({ ...query, from: startOf(tier, period), to: startOf(tier, end + 1) }, options);
    if (piece.text.length > 0) yield piece.text;
    const perPeriod = Math.max(1, piece.rows / (end - period + 1));
    // Twice as many at most, since the next ones may have more.
    count = Math.max(1, Math.min(mostPiecePeriods, count * 2, Math.floor(pieceRows / perPeriod)));
    period = end + 1;
  }
}
