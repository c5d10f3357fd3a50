/** An array of numbers with its shape. */
export interface Slot {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** What an optimizer remembers of one parameter. */
export interface SavedParameter {
  /** Steps this parameter has made. */
  readonly steps: number
  readonly slots: Readonly<Record<string, Slot>>
  readonly numbers: Readonly<Record<string, number>>
}

/** Everything an optimizer remembers: plain data, without tensors. */
export interface OptimizerState {
  /** Name of the update rule. */
  readonly rule: string
  /** Values per layer group, by hyper-parameter. */
  readonly hyper: Readonly<Record<string, readonly number[]>>
  /** By parameter name; a parameter that has not made a step is absent. */
  readonly parameters: Readonly<Record<string, SavedParameter>>
}
