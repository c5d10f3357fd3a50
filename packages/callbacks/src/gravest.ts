import { CancelSignal } from './cancel.js'

/**
 * Which of the things thrown at one end is to be thrown on: an error before a {@link CancelSignal}, and of several the first. Other
 * errors are kept as its causes, one behind the other.
 */
export function gravest(thrown: readonly unknown[]): unknown {
  const errors = thrown.filter(each => !(each instanceof CancelSignal))
  if (errors.length === 0) return thrown[0]
  for (const error of errors.slice(1)) addCause(errors[0], error)
  return errors[0]
}

/** Adds a cause at the end of a chain, unless it is there already or has this chain as its own cause. */
function addCause(error: unknown, cause: unknown): void {
  const chain = causes(error)
  const last = chain.at(-1)
  if (causes(cause).some(each => chain.includes(each))) return
  if (last instanceof Error && Object.isExtensible(last))
    Object.defineProperty(last, 'cause', { value: cause, configurable: true, writable: true })
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let each = error; each !== undefined && !chain.includes(each); each = each instanceof Error ? each.cause : undefined)
    chain.push(each)
  return chain
}
