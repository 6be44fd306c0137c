/** What the SQLite store lends to those who keep rows of one kind in it. */

export interface Rows {
  /** Within a transaction of the store's. */
  run(sql: string, ...values: (string | number | null)[]): { readonly changes: number | bigint };
  all<Row>(sql: string, ...values: (string | number)[]): Row[];
}
