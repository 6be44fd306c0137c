/** What a bench must reach, and whether it did. */

export interface Criterion {
  /** `nbox ≥ 1.2 × workerd` */
  readonly what: string;
  readonly value: number;
  readonly bound: number;
  readonly pass: boolean;
}

export function atLeast(what: string, value: number, bound: number): Criterion {
  return { what, value, bound, pass: value >= bound };
}

export function atMost(what: string, value: number, bound: number): Criterion {
  return { what, value, bound, pass: value <= bound };
}

export function above(what: string, value: number, bound: number): Criterion {
  return { what, value, bound, pass: value > bound };
}

export function below(what: string, value: number, bound: number): Criterion {
  return { what, value, bound, pass: value < bound };
}

export function criteriaLines(criteria: readonly Criterion[]): string {
  return criteria.map(({ what, value, pass }) => `${pass ? 'met   ' : 'MISSED'}  ${what}: ${value}`).join('\n');
}
