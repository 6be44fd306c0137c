/** Why an operation was not done, in words that the guest may read. */

/** A failure that the guest sees as an Error of this name. */
export class OpError extends Error {
  override readonly name: string;

  /** @param name `TypeError` and `RangeError` become such; others an Error of the name */
  constructor(message: string, name = 'Error') {
    super(message);
    this.name = name;
  }
}
