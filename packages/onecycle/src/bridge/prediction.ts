/** Predictions of a batch: probabilities where the loss says how to get them, row by row. */
export interface Prediction {
  readonly values: Float32Array | Int32Array | Uint8Array
  readonly shape: readonly number[]
}

/**
 * Samples of one input: numbers one after the other, or nested, which may leave the batch axis out for a single sample; or what a tensor
 * holds, with its shape: the one way for inputs whose size the model leaves open, as that of images.
 */
export type SentSamples = SentNumbers | SentTensor | readonly NestedSamples[]
type SentNumbers = Float32Array | Float64Array | Int32Array | Uint8Array
type NestedSamples = number | readonly NestedSamples[]

/** What can be predicted on: samples of the one input, or of several, as a list or by name. */
export type PredictInput = SentSamples | readonly SentSamples[] | Readonly<Record<string, SentSamples>>

/** The data of a tensor: values row by row, and all axes, the batch first. */
export interface SentTensor {
  readonly values: SentNumbers | readonly number[]
  readonly shape: readonly number[]
}

export function isTensor(x: unknown): x is SentTensor {
  const { values, shape } = (x ?? {}) as Partial<SentTensor>
  return typeof values === 'object' && Array.isArray(shape)
}
