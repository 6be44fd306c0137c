/** A metric's labels, with the text that they are in an exposition: made once, written at every scrape. */

export type LabelEntry = readonly [name: string, value: string];

export class Labels {
  readonly entries: readonly LabelEntry[];
  /** `plugin="a/b/c",outcome="ok"`: without its braces, so that a bucket's bound can follow. */
  readonly text: string;
  #withOutcome: Map<string, Labels> | undefined;

  constructor(entries: readonly LabelEntry[]) {
    this.entries = entries;
    this.text = entries.map(([name, value]) => `${name}="${escaped(value)}"`).join(',');
  }

  with(name: string, value: string): Labels {
    return new Labels([...this.entries, [name, value]]);
  }

  /** Of these there are few, which come at each scrape. */
  withOutcome(outcome: string): Labels {
    this.#withOutcome ??= new Map();
    let labels = this.#withOutcome.get(outcome);
    if (labels === undefined) {
      labels = this.with('outcome', outcome);
      this.#withOutcome.set(outcome, labels);
    }
    return labels;
  }
}

export const noLabels = new Labels([]);

/** Whatever a value is, it stays one. */
function escaped(value: string): string {
  return /["\\\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
