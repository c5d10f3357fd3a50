/** An error of ours: what `code` stands for is told in docs/errors, and by `npx onecycle explain CODE`. */
export type Coded<Kind extends Error = Error> = Kind & { code: string }

/**
 * Gives an error its code, as Node's own errors have one: `error.code` has it, and so does the first line of its stack, while its name and
 * its message stay as they are.
 *
 * @param from what made it, which its stack leaves out
 */
export function withCode<Kind extends Error>(error: Kind, code: string, from: object = withCode): Coded<Kind> {
  // Engines without it leave names out of the stack.
  if (Error.captureStackTrace) {
    Error.captureStackTrace(error, from as () => void)
    // There is none where Error.stackTraceLimit is no number.
    if (error.stack) error.stack = error.stack.replace(/^\w+(?=:)/, `$& [${code}]`)
  }
  return Object.assign(error, { code })
}

/** A `TypeError` with a code: what was given is of another kind than what is taken. */
export function typeError(code: string, message: string, options?: ErrorOptions): Coded<TypeError> {
  return withCode(new TypeError(message, options), code, typeError)
}

/** A `RangeError` with a code: what was given is of the right kind, and of no use. */
export function rangeError(code: string, message: string, options?: ErrorOptions): Coded<RangeError> {
  return withCode(new RangeError(message, options), code, rangeError)
}

/** An `Error` with a code: what was asked for cannot be done as things are. */
export function plainError(code: string, message: string, options?: ErrorOptions): Coded {
  return withCode(new Error(message, options), code, plainError)
}

/** The code of what was caught, for the error that tells of it: one of ours, or of the file system's, such as ENOENT. Otherwise another. */
export function codeOf(caught: unknown, otherwise: string): string {
  const { code } = Object(caught) as { code?: unknown }
  return typeof code === 'string' && /^([a-z-]+|E[A-Z]+)$/.test(code) ? code : otherwise
}
