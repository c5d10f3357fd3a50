import { mul, randomNormal, reshape, type Tensor, tensor, tidy, transpose, util } from '@tensorflow/tfjs-core'
import { initializers } from '@tensorflow/tfjs-layers'
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
const initializer = prototypeOf<Orthogonal>('Orthogonal')
const decompose = initializer.apply
initializer.apply = function (shape, dtype) {
  if (shape.length < 2) return decompose.call(this, shape, dtype)
  const wide = shape.at(-1)!
  const high = util.sizeFromShape(shape) / wide
  const [short, long] = [Math.min(wide, high), Math.max(wide, high)]
  return tidy(() => {
    // Columns of what is drawn are rows here.
    const drawn = transpose(randomNormal([long, short], 0, 1, dtype, this.seed))
    const rows = Float64Array.from(drawn.dataSync())
    for (let row = 0; row < rows.length; row += long) {
      for (let other = 0; other < row; other += long) add(rows, long, row, other, -dot(rows, long, row, other))
      add(rows, long, row, row, 1 / Math.sqrt(dot(rows, long, row, row)) - 1)
    }
    const found = tensor(Float32Array.from(rows), [short, long])
    return reshape(mul(high < wide ? found : transpose(found), this.gain), shape)
  })
}

function dot(rows: Float64Array, length: number, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += rows[a + i]! * rows[b + i]!
  return sum
}

/** Adds row b times a factor to row a. */
function add(rows: Float64Array, length: number, a: number, b: number, factor: number): void {
  for (let i = 0; i < length; i++) rows[a + i]! += factor * rows[b + i]!
}

/** The initializer of a seed. */
export const orthogonalOf = (seed: number) => initializers.orthogonal({ seed })
