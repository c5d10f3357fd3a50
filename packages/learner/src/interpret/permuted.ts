import type { Batch, Dataset } from '@onecycle/data'
import { isPromise } from '@onecycle/platform'
import { concat, dispose, slice, type Tensor, tidy } from '@tensorflow/tfjs-core'

/** Which numbers of a sample a feature is. */
export interface Feature {
  readonly name: string
  /** Place of the input among the inputs. */
  readonly input: number
  /** Place among the numbers of a flat input; undefined where the feature is all of it. */
  readonly column: number | undefined
}

/**
 * A data set in which each sample has one feature of another sample: what it says of the sample is lost, and how it is distributed is not.
 *
 * @param order the sample whose feature each has
 */
export function permuted(dataset: Dataset, feature: Feature, order: Int32Array): Dataset {
  const mixture = (own: Batch, other: Batch): Batch => {
    const inputs = [own.xs].flat()
    const mixed = tidy(() => mix(inputs[feature.input]!, [other.xs].flat()[feature.input]!, feature.column))
    dispose([other.xs, other.ys, other.weights ?? [], inputs[feature.input]!].flat())
    const xs = inputs.map((input, i) => (i === feature.input ? mixed : input))
    return { ...own, xs: Array.isArray(own.xs) ? xs : xs[0]! }
  }
  const batch = (indices: Int32Array): Batch | Promise<Batch> => {
    const both = [dataset.batch(indices), dataset.batch(indices.map(index => order[index]!))] as const
    return isPromise(both[0])
      ? Promise.all(both).then(([own, other]) => mixture(own, other))
      : mixture(...(both as [Batch, Batch]))
  }
  // All else is the data set's own, whatever that has.
  return new Proxy(dataset, { get: (target, key) => (key === 'batch' ? batch : Reflect.get(target, key, target)) })
}

function mix(own: Tensor, other: Tensor, column: number | undefined): Tensor {
  if (column === undefined) return other.clone()
  const columns = own.shape[1]!
  const parts = [
    slice(own, [0, 0], [-1, column]),
    slice(other, [0, column], [-1, 1]),
    slice(own, [0, column + 1], [-1, columns - column - 1]),
  ]
  return concat(parts, 1)
}
