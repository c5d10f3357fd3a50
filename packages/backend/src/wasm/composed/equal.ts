import { backend_util, Equal, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel, view } from '../kernels.js'
import { tile } from './tile.js'

/**
 * Where two tensors are the same. One that is to be repeated is repeated first: the stock kernel computes each number's places anew, which in
 * the gradient of a maximum, over the tokens of texts say, takes longer than all convolutions.
 */
export function equal({ inputs, backend }: KernelArgs<{ a: TensorInfo; b: TensorInfo }>): TensorInfo {
  const shape = backend_util.assertAndGetBroadcastShape(inputs.a.shape, inputs.b.shape)
  const made: TensorInfo[] = []
  const whole = (x: TensorInfo) => {
    const own = [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]
    const reps = shape.map((size, axis) => (own[axis] === size ? 1 : size))
    if (reps.every(count => count === 1)) return view(x, shape)
    made.push(tile({ inputs: { x: view(x, own) }, attrs: { reps }, backend }))
    return made.at(-1)!
  }
  const result = stockKernel(backend, Equal, { a: whole(inputs.a), b: whole(inputs.b) })
  for (const { dataId } of made) backend.disposeData(dataId)
  return result
}

export const equalKernel = trainingKernel(Equal, 'composed', equal)
