import type { HyperParameters } from '@onecycle/callbacks'

/** Returns what puts the hyper-parameters back to what they are now. */
export function hypersOf(opt: HyperParameters): () => void {
  const before = opt.names.map(name => [name, [...opt.get(name)]] as const)
  return () => {
    for (const [name, values] of before) opt.set(name, values)
  }
}
