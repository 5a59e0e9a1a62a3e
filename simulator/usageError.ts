/** A mistake in the program's arguments: printed without a stack trace. */
export class UsageError extends Error {}
