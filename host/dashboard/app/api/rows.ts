/** Answers of many rows, a line each: read some at a time, so that a long one does not hold the page. */

import { linesOf } from '../data/lines.ts';
import { send } from './client.ts';

/** So many rows are a few milliseconds' work. */
const rowsInTurn = 200;

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve));

async function* textOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** @param path of an operation that answers `application/x-ndjson` @throws ApiError; what `signal` throws */
export async function getRows<Row>(path: string, signal?: AbortSignal): Promise<Row[]> {
  const { body } = await send(path, { signal });
  if (body === null) return [];
  const rows: Row[] = [];
  for await (const lines of linesOf(textOf(body), rowsInTurn, nextTurn)) {
    for (const line of lines) if (line !== '') rows.push(JSON.parse(line) as Row);
  }
  return rows;
}
