import type { EventName, Tensors } from '@onecycle/callbacks'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { LossFunction } from '../loss/loss-function.js'
import type { ForwardPass } from '../model/forward-pass.js'
import type { Model } from '../model/trainable-model.js'
import type { Parameter } from '../optimizer/index.js'

/** By the names of parameters. */
export type Gradients = Record<string, Tensor>

/** Whose batch it is: a Learner, as the loop sees it. */
export interface Stepping {
  readonly bus: { hears(event: EventName): boolean }
  readonly forwardPass: ForwardPass
  readonly loss_func: LossFunction
  readonly model: Model
  readonly trained: readonly Parameter[]
  readonly weights?: Tensor | undefined
  readonly xb: Tensors
  readonly yb: Tensors
  loss: Scalar
  pred: Tensors
}

/** Does for the current batch of `learn` what `pass` does, prediction, loss and gradients, in whichever way. */
export type Replay = (learn: Stepping, pass: () => Gradients | undefined) => Gradients | undefined

let replay: Replay | undefined

/** The seam for what runs the kernels of a step again without those who asked for them. Undefined removes it. */
export function setReplay(next: Replay | undefined): void {
  replay = next
}

export const replayed: Replay = (learn, pass) => (replay ? replay(learn, pass) : pass())
