/** What the SQLite store lends to those who keep rows of one kind in it. */

export type Value = string | number | Uint8Array | null;

export interface Rows {
  /** Within a transaction of the store's. */
  run(sql: string, ...values: Value[]): { readonly changes: number | bigint };
  get<Row>(sql: string, ...values: (string | number)[]): Row | undefined;
  all<Row>(sql: string, ...values: (string | number)[]): Row[];
}
