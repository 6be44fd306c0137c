/** What a bench needs and this machine has not, with the command that brings it; or an option that is wrong. */

export class MissingError extends Error {
  override readonly name = 'MissingError';
}
