// Assertions that stay on in production: a broken invariant stops the run rather than letting it go on wrong.

/** Thrown for a programmer error; never caught on the way up but by the supervisor, which trips the breaker. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws InvariantError with `message` unless `holds`. State the positive form. */
export function assert(holds: boolean, message: string): asserts holds {
  if (!holds) throw new InvariantError(message);
}
