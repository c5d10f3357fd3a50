import { show, typeError } from '@onecycle/platform'

const transfers = new WeakMap<object, ArrayBuffer[]>()

/**
 * Marks a value that is to move to the other side and not to be copied: what it holds of these buffers is empty here afterwards. For
 * arguments of `predict` and `call`, and for what the worker's methods, functions and messages give.
 *
 * @throws TypeError for what is no list of buffers
 * @example
 * const pixels = new Float32Array(28 * 28)
 * await training.predict(transfer(pixels, [pixels.buffer]))
 */
export function transfer<T extends object>(value: T, buffers: readonly ArrayBufferLike[]): T {
  if (typeof value !== 'object' || value === null)
    throw typeError('wrong-argument', `transfer moves what holds buffers, but got ${show(value)}.`)
  if (!Array.isArray(buffers) || !buffers.every(buffer => buffer instanceof ArrayBuffer))
    throw typeError('wrong-argument', `transfer takes a list of ArrayBuffers, such as [values.buffer], but got ${show(buffers)}.`)
  transfers.set(value, buffers)
  return value
}

/** The buffers of all these values that are to move. */
export function buffersOf(values: readonly unknown[]): ArrayBuffer[] {
  const buffers = values.flatMap(value => (typeof value === 'object' && value !== null ? (transfers.get(value) ?? []) : []))
  return [...new Set(buffers)]
}
