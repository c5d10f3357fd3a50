import { mul, randomNormal, reshape, stack, type Tensor, tidy, unstack, util } from '@tensorflow/tfjs-core'
import { prototypeOf } from './random-layers.js'

interface Orthogonal {
  readonly gain: number
  readonly seed: number | undefined
  apply(shape: number[], dtype?: 'float32'): Tensor
}

/**
 * Has the initializer of recurrent weights, TensorFlow.js's `orthogonal`, find its matrix by the method of Gram and Schmidt in float64: the same one up
 * to rounding, for a decomposition whose diagonal is positive is the only one. Its own takes some thirty kernels for each column, of which it
 * warns.
 */
const orthogonal = prototypeOf<Orthogonal>('Orthogonal')
const decompose = orthogonal.apply
orthogonal.apply = function (shape, dtype) {
  const wide = shape.at(-1)!
  const high = util.sizeFromShape(shape) / wide
  if (shape.length < 2) return decompose.call(this, shape, dtype)
  return tidy(() => {
    const found: number[][] = []
    for (const drawn of unstack(randomNormal([Math.max(wide, high), Math.min(wide, high)], 0, 1, dtype, this.seed), 1)) {
      let column = [...drawn.dataSync()]
      for (const other of found) column = plus(column, other, -dot(column, other))
      found.push(plus(column, column, dot(column, column) ** -0.5 - 1))
    }
    return reshape(mul(stack(found as never, high < wide ? 0 : 1), this.gain), shape)
  })
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const plus = (a: readonly number[], b: readonly number[], factor: number) => a.map((value, i) => value + factor * b[i]!)
