import type { Weights } from '@onecycle/callbacks'
import { kind, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'

/** Copies tensors away from the backend, as they are now: whoever changes or disposes them meanwhile changes nothing. */
export async function savedTensors(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Weights> {
  const copies = Object.entries(tensors).map(([name, tensor]) => [name, tf.keep(tensor.clone())] as const)
  try {
    const read = copies.map(async ([name, copy]) => {
      const values = Float32Array.from(await copy.data())
      return [name, { shape: [...copy.shape], values }] as const
    })
    return Object.fromEntries(await Promise.all(read))
  } finally {
    for (const [, copy] of copies) copy.dispose()
  }
}

/** Tensors of what was saved, kept. */
export function keptTensors(saved: Weights): Record<string, tf.Tensor> {
  const tensors = Object.entries(saved).map(
    ([name, { shape, values }]) => [name, tf.keep(tf.tensor(values.slice(), [...shape], 'float32'))] as const,
  )
  return Object.fromEntries(tensors)
}

/**
 * Refuses what no `state()` of `owner` can have given.
 *
 * @param tensors where the state may have tensors
 * @throws TypeError
 */
export function checkSaved<State extends object>(
  owner: string,
  state: State,
  counts: (keyof State)[],
  tensors: (keyof State)[],
): void {
  const { object } = kind
  const count = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  const fits =
    object.fits(state) && counts.every(name => count(state[name])) && tensors.every(name => areTensors(state[name] ?? {}))
  if (!fits)
    throw typeError('wrong-state', `${owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
}

function areTensors(saved: unknown): boolean {
  if (!kind.object.fits(saved)) return false
  return Object.values(saved as Weights).every(
    each => kind.listOf(kind.number).fits(each?.shape) && each.values instanceof Float32Array && fills(each),
  )
}

const fills = ({ shape, values }: Weights[string]) => values.length === tf.util.sizeFromShape([...shape])
