import type { Tensors } from '@onecycle/callbacks'
import type { NestedNumbers, TypedArray } from '@onecycle/data'
import { flatNumbers, isTypedArray } from '@onecycle/data/internal'
import { rangeError, show, typeError } from '@onecycle/platform'
import { Tensor, tensor } from '@tensorflow/tfjs-core'
import { type InputNames, inputsOf, type NamedTensors } from './arrange-inputs.js'
import { fitsShape, type Shape, showShape } from './shape.js'

/** The samples of one input, the batch as first axis. Arrays may leave that out for a single sample. */
export type Samples = Tensor | TypedArray | NestedNumbers | number

/**
 * What `predict` was given, as a batch for the model. Tensors pass as they are; what is made here is the caller's to dispose.
 *
 * @param x samples of the one input, or of several: a list in their order, or by name
 * @param shapes of the inputs
 * @throws TypeError for what holds no numbers; RangeError for numbers that do not make samples of these shapes, or not in one way only
 */
export function sampleTensors(
  x: Samples | readonly Samples[] | Readonly<Record<string, Samples>>,
  shapes: readonly Shape[],
  names: InputNames,
): Tensors {
  if (isNamed(x)) {
    const entries = Object.entries(x).map(([name, samples]) => {
      const shape = shapes[names?.indexOf(name) ?? 0]
      return [name, shape ? samplesOf(`x.${name}`, samples, shape) : samples] as const
    })
    return inputsOf(Object.fromEntries(entries) as NamedTensors, names)
  }
  if (shapes.length === 1)
    return samplesOf('x', Array.isArray(x) && x.length === 1 && x[0] instanceof Tensor ? x[0] : x, shapes[0]!)
  if (!Array.isArray(x) || x.length !== shapes.length)
    throw rangeError(
      'predict-input',
      `predict got ${show(x)} for a model with ${shapes.length} inputs${names ? ` (${names.join(', ')})` : ''}; expected a list with one ` +
        'entry for each, or an object of them by name.',
    )
  return x.map((samples, i) => samplesOf(`x[${i}]`, samples, shapes[i]!))
}

/** A plain object: neither a tensor, nor an array, nor something with methods of its own, such as a stream. */
function isNamed(x: unknown): x is Readonly<Record<string, Samples>> {
  if (typeof x !== 'object' || x === null || x instanceof Tensor) return false
  const prototype = Object.getPrototypeOf(x)
  return prototype === null || prototype === Object.prototype
}

function samplesOf(name: string, samples: unknown, shape: Shape): Tensor {
  if (samples instanceof Tensor) return samples
  const { numbers, sides } = numbersOf(name, samples)
  const wrong = numbers.findIndex(Number.isNaN)
  if (wrong !== -1)
    throw rangeError('nan-input', `${name} holds NaN at position ${wrong}: leave such samples out, or fill them in.`)
  return tensor(numbers, whole(name, numbers.length, sides, shape))
}

function numbersOf(name: string, samples: unknown): { numbers: Float32Array | Int32Array; sides: number[] } {
  if (typeof samples === 'number') return { numbers: Float32Array.of(samples), sides: [1] }
  if (isTypedArray(samples)) {
    const ready = samples instanceof Float32Array || samples instanceof Int32Array
    return { numbers: ready ? samples : Float32Array.from(samples), sides: [samples.length] }
  }
  if (Array.isArray(samples)) return flatNumbers(name, samples as NestedNumbers)
  const stream =
    typeof samples === 'object' && samples !== null && (Symbol.iterator in samples || Symbol.asyncIterator in samples)
  throw typeError(
    'predict-input',
    `predict got ${show(samples)} for ${name}; expected a tensor, an array of numbers or a typed array.` +
      `${stream ? ' For a whole stream of batches there is get_preds(dl).' : ''}`,
  )
}

/** The full shape of numbers that lie in lists of these sides. */
function whole(name: string, count: number, sides: readonly number[], shape: Shape): number[] {
  const [, ...sample] = shape
  if (sides.length === shape.length && fitsShape(shape, sides)) return [...sides]
  if (sides.length === sample.length && fitsShape(sample, sides)) return [1, ...sides]
  const size = sample.reduce<number>((product, side) => product * (side ?? Number.NaN), 1)
  // Numbers one after the other hold samples as data of flat arrays does.
  if (sides.length === 1 && count > 0 && count % size === 0) return [count / size, ...(sample as number[])]
  throw rangeError(
    'predict-input',
    `${name} has ${count} numbers in lists of [${sides}], which do not make samples of the model's input ${showShape(shape)}. Nest them as deep ` +
      'as that has axes, or pass a tensor.',
  )
}
