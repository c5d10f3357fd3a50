import type { TrainingState } from '@onecycle/callbacks'
import type { BatchStream } from '@onecycle/data'
import type { ForwardPass } from '../model/forward-pass.js'
import type { Model } from '../model/trainable-model.js'
import type { Parameter } from '../optimizer/index.js'
import type { RandomStreams } from '../random/random-streams.js'

/** What is looked at, before the step of the batch. */
export interface DivergingLearner
  extends Pick<
    TrainingState,
    'epoch' | 'getWeights' | 'iter' | 'loss' | 'lossValue' | 'opt' | 'pred' | 'setWeights' | 'xb' | 'yb'
  > {
  readonly bus: { readonly callbacks: readonly object[] }
  readonly train_dl: BatchStream
  readonly forwardPass: ForwardPass
  readonly model: Model
  readonly random: RandomStreams
  readonly trained: readonly Parameter[]
}
