import { getBackend, version_core } from '@tensorflow/tfjs-core'

/** What computes, as far as results depend on it to the bit: on how many threads share a sum, too, and not on the width of vectors. */
export async function machineNow(): Promise<Record<string, string>> {
  const backend = getBackend()
  const machine = { backend, tfjs: version_core }
  if (backend !== 'wasm') return machine
  const { compiledVariant, threadsInUse } = await import('@onecycle/backend/wasm/internal')
  const variant = compiledVariant()
  return {
    ...machine,
    threads: String(threadsInUse()),
    kernels: variant === undefined ? 'composed' : variant === 'simd' ? 'compiled' : 'compiled, fused multiply-add',
  }
}

/** How a machine differs from another one; undefined where it does not. */
export function difference(was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>): string | undefined {
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(key => was[key] !== is[key])
  if (keys.length === 0) return undefined
  return keys.map(key => `${key} ${was[key] ?? 'none'} there and ${is[key] ?? 'none'} here`).join(', ')
}
