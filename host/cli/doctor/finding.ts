/** What `nbox doctor` finds: one thing that it has looked at, how it is, and what to do where it is not well. */

export interface Finding {
  readonly name: string;
  /** `warning`: it runs, and not as well as it could. `wrong`: it does not run, or not safely. */
  readonly state: 'good' | 'warning' | 'wrong';
  readonly what: string;
  /** What to do about it. */
  readonly advice?: string;
}

export function good(name: string, what: string): Finding {
  return { name, state: 'good', what };
}

export function warning(name: string, what: string, advice: string): Finding {
  return { name, state: 'warning', what, advice };
}

export function wrong(name: string, what: string, advice: string): Finding {
  return { name, state: 'wrong', what, advice };
}
