/** Predictions of a batch: probabilities where the loss says how to get them, row by row. */
export interface Prediction {
  readonly values: Float32Array | Int32Array | Uint8Array
  readonly shape: readonly number[]
}

/** Samples of one input: numbers one after the other, or nested. Arrays may leave the batch axis out for a single sample. */
export type SentSamples = Float32Array | Float64Array | Int32Array | Uint8Array | readonly NestedSamples[]
type NestedSamples = number | readonly NestedSamples[]

/** What can be predicted on: samples of the one input, or of several, as a list or by name. */
export type PredictInput = SentSamples | readonly SentSamples[] | Readonly<Record<string, SentSamples>>
