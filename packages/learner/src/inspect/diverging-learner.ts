import type { TrainingLoop } from '../training-loop.js'

/** What is looked at, before the step of the batch. */
export interface DivergingLearner
  extends Pick<TrainingLoop, 'data' | 'epoch' | 'forwardPass' | 'getWeights' | 'iter' | 'lossValue' | 'model' | 'opt'>,
    Pick<TrainingLoop, 'pred' | 'random' | 'setWeights' | 'trained' | 'xb' | 'yb'> {
  readonly bus: { readonly callbacks: readonly object[] }
}
