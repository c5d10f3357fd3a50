import { withCode } from '@onecycle/platform'

/**
 * What the command line or a config file says is wrong: nothing was begun, and the command ends with 2. Told by its name, because what is packed has a
 * copy of this file.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    withCode(this, code, UsageError)
  }
}

export function isUsageError(error: unknown): boolean {
  return error instanceof Error && error.name === 'UsageError'
}
