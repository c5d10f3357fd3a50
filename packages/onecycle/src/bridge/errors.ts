/** An error as it crosses: structured cloning forgets names that are not JavaScript's own. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly cause?: SentError | undefined
  /** What it says beside its message, such as where a loss diverged. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

/** What was thrown, as plain data. */
export function packError(thrown: unknown): SentError {
  if (!isError(thrown)) return { name: 'Error', message: String(thrown) }
  const { name, message, stack, cause } = thrown
  return { name, message, stack, ...(cause !== undefined && { cause: packError(cause) }), fields: fieldsOf(thrown) }
}

/** Those that can cross. */
function fieldsOf(error: Error): Record<string, unknown> {
  const fields = Object.entries(error).filter(([name]) => !['name', 'message', 'stack', 'cause'].includes(name))
  return Object.fromEntries(
    fields.filter(([, value]) => {
      try {
        structuredClone(value)
        return true
      } catch {
        return false
      }
    }),
  )
}

const builtIn = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

/** An error with the name, the message, the stack and the fields of the one that was thrown; of the class too, where that is JavaScript's own. */
export function unpackError({ name, message, stack, cause, fields }: SentError): Error {
  const error = Object.hasOwn(builtIn, name) ? new builtIn[name as keyof typeof builtIn](message) : new Error(message)
  for (const [key, value] of Object.entries({ name, stack, ...(cause && { cause: unpackError(cause) }) }))
    if (error[key as 'name'] !== value) Object.defineProperty(error, key, { value, configurable: true, writable: true })
  return Object.assign(error, fields)
}

/** A `DOMException` is one too, and in some places of no class of this one. */
function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown)
}
