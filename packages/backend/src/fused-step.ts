import type { KernelBackend, Tensor, Variable } from '@tensorflow/tfjs-core'

/** One step of one parameter, as an optimizer asks for it. */
export interface FusedStep {
  /** The variable that is changed. */
  readonly parameter: Variable
  readonly gradient: Tensor
  /** Running values of the parameter's shape, changed too: `avg`; `sqr_avg` for Adam and RMSProp; `sum` for Adagrad. */
  readonly slots: Readonly<Record<string, Tensor>>
  /** `lr`, `wd`; `mom`; `eps`; for Adam and RMSProp `sqr_mom`, for Adagrad `lr_decay`. */
  readonly hyper: Readonly<Record<string, number>>
  /** Whether weight decay applies to this parameter. */
  readonly decays: boolean
  /** The number of this step, from 1. */
  readonly steps: number
}

/** Whether a step can be carried out in place: all of it is float32, and nobody else holds a slot. */
export function fitsInPlace(backend: KernelBackend, { parameter, gradient, slots }: FusedStep): boolean {
  const running = Object.values(slots)
  if ([parameter, gradient, ...running].some(({ dtype }) => dtype !== 'float32')) return false
  return running.every(({ dataId }) => backend.refCount(dataId) === 1)
}

/**
 * What is kept of a parameter by its decay, and how much of it joins its gradient.
 *
 * @param decoupled whether decay shrinks the parameter (`p *= 1 - lr wd`) or joins the gradient (`g += wd p`)
 */
export function decayOf({ hyper, decays }: FusedStep, decoupled: boolean): { keep: number; l2: number } {
  const { lr, wd = 0 } = hyper as { lr: number; wd?: number }
  if (!decays) return { keep: 1, l2: 0 }
  return decoupled ? { keep: 1 - lr * wd, l2: 0 } : { keep: 1, l2: wd }
}
