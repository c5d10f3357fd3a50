import type { Learner } from '@onecycle/learner'
import { rangeError, typeError } from '@onecycle/platform'
import { dispose, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { isTensor, type PredictInput, type Prediction, type SentSamples } from '../bridge/prediction.js'
import { transfer } from '../bridge/transfer.js'

/** The Learner's predictions as plain numbers. They are computed before this returns, and read later. */
export async function predict(learn: Learner, x: PredictInput): Promise<Prediction> {
  const pred = tidy(() => learn.predict(withTensors(x) as Tensor))
  try {
    if (Array.isArray(pred))
      throw typeError(
        'one-output',
        `predict gives the page one tensor, but the model has ${pred.length} outputs. Write a method that gives them.`,
      )
    // Its own memory may be the backend's.
    const values = (await pred.data()).slice()
    return transfer({ values, shape: pred.shape }, [values.buffer])
  } finally {
    dispose(pred)
  }
}

/** With tensors in the place of what is sent of them: of the one input, in a list, or by name. */
function withTensors(x: PredictInput): unknown {
  if (isTensor(x)) return tensorOf(x)
  if (Array.isArray(x)) return x.map(each => (isTensor(each) ? tensorOf(each) : each))
  if (typeof x !== 'object' || x === null || ArrayBuffer.isView(x)) return x
  return Object.fromEntries(
    Object.entries(x).map(([name, each]: [string, SentSamples]) => [name, isTensor(each) ? tensorOf(each) : each]),
  )
}

function tensorOf({ values, shape }: Extract<SentSamples, { shape: unknown }>): Tensor {
  const size = shape.reduce((product, side) => product * side, 1)
  if (values.length !== size)
    throw rangeError(
      'lengths-differ',
      `predict got ${values.length} values for a tensor of shape [${shape.join(', ')}], which has ${size}.`,
    )
  return tensor(Float32Array.from(values), [...shape])
}
