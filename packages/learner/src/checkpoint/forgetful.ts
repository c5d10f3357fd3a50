import type { Callback } from '@onecycle/callbacks'
import { nameOf } from '@onecycle/callbacks/internal'

/** Says which of these callbacks have changed since, in fields that everybody sees, and give nothing of it by `state()`. */
export function watchForgetful(callbacks: readonly Callback<never>[]): () => string[] {
  const before = callbacks.filter(({ state }) => !state).map(callback => [callback, fieldsOf(callback)] as const)
  return () => before.filter(([callback, fields]) => fieldsOf(callback) !== fields).map(([callback]) => nameOf(callback))
}

/** As far as it can be told at a glance: values, and the lengths of lists. */
function fieldsOf(callback: object): string {
  const fields = Object.entries(callback).filter(([name, value]) => name !== 'run' && typeof value !== 'function')
  return fields
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.length : typeof value === 'object' ? '' : String(value)}`)
    .join()
}
