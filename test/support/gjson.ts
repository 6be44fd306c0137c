/** What KEDA's metrics-api scaler makes of a `valueLocation`: a GJSON path of names with dots between them, which must lead to a number. */

/** @returns `undefined` where there is no number: an error to KEDA */
export function gjson(value: unknown, path: string): number | undefined {
  let at = value;
  // A dot that is part of a name has a backslash before it.
  for (const name of path.split(/(?<!\\)\./)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[name.replaceAll('\\.', '.')];
  }
  return typeof at === 'number' ? at : undefined;
}
