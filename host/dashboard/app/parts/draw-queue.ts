/** Charts are drawn one after another, each in a turn of its own: all of a view's at once would hold the page for too long. */

export class DrawQueue {
  /** By whom, in the order in which they first asked: of what one asks again before its turn, the last counts. */
  readonly #waiting = new Map<object, () => void>();
  readonly #turn: (work: () => void) => void;
  #isDue = false;

  /** @param turn runs work in a turn of its own, later */
  constructor(turn: (work: () => void) => void = (work) => void setTimeout(work)) {
    this.#turn = turn;
  }

  ask(owner: object, draw: () => void): void {
    this.#waiting.set(owner, draw);
    this.#next();
  }

  /** It does not want to be drawn any more. */
  forget(owner: object): void {
    this.#waiting.delete(owner);
  }

  #next(): void {
    if (this.#isDue || this.#waiting.size === 0) return;
    this.#isDue = true;
    this.#turn(() => {
      this.#isDue = false;
      const [first] = this.#waiting;
      if (first === undefined) return;
      const [owner, draw] = first;
      this.#waiting.delete(owner);
      // A failure of one is not to keep others from being drawn.
      this.#next();
      draw();
    });
  }
}

/** Of the whole page. */
export const drawQueue = new DrawQueue();
