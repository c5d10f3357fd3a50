import type { BatchStream } from './batch.js'
import type { Dataset } from './dataset.js'

/** What a DataBunch is made of. */
export interface Parts {
  train_dl: BatchStream
  valid_dl?: BatchStream | undefined
  train_ds?: Dataset | undefined
  valid_ds?: Dataset | undefined
  inputShape: number[] | number[][]
  targetShape: number[]
  target: Dataset['target']
  c?: number | undefined
  heads?: Dataset['heads']
  classes?: readonly string[] | undefined
  inputNames?: readonly string[] | undefined
  targetName?: string | undefined
  weighted?: boolean | undefined
}
