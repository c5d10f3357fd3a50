import { backend, tensor1d } from '@tensorflow/tfjs-core'

const known = new WeakMap<object, boolean>()

/**
 * Whether the backend in use copies an array when a tensor is made of it (wasm does), so that the array can be filled
 * anew for the next tensor. The cpu backend, among others, goes on using the array itself.
 */
export function copiesArrays(): boolean {
  const current = backend()
  let copies = known.get(current)
  if (copies === undefined) {
    const values = new Float32Array([1])
    const probe = tensor1d(values)
    values[0] = 2
    copies = probe.dataSync()[0] === 1
    probe.dispose()
    known.set(current, copies)
  }
  return copies
}
