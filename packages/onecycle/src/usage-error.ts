/**
 * What the command line or a config file says is wrong: nothing was begun, and the command ends with 2. Told by its name, because what is packed has a
 * copy of this file; and with nothing imported, because help loads it.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function isUsageError(error: unknown): boolean {
  return error instanceof Error && error.name === 'UsageError'
}
