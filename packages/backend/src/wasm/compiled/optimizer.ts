import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend as currentBackend, getBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'
import { type Machine, machineFor } from './machine.js'
import { overNumbers } from './parts.js'

/** One step of one parameter, as an optimizer asks for it. */
export interface FusedStep {
  /** The variable that is changed. */
  readonly parameter: Tensor
  readonly gradient: Tensor
  /** Running values of the parameter's shape, changed too: `avg`, and `sqr_avg` for Adam. */
  readonly slots: Readonly<Record<string, Tensor>>
  /** `lr`, `wd`; `mom`; for Adam `sqr_mom` and `eps`. */
  readonly hyper: Readonly<Record<string, number>>
  /** Whether weight decay applies to this parameter. */
  readonly decays: boolean
  /** The number of this step, from 1. */
  readonly steps: number
}

/** Carries a step out in place and returns true, or leaves everything alone and returns false. */
export type FusedUpdate = (step: FusedStep) => boolean

/**
 * SGD in place: `avg = mom avg + g; p -= lr avg`, or without the slot `avg` just `p -= lr g`.
 *
 * @param decoupled whether weight decay shrinks the parameter (`p *= 1 - lr wd`) or joins the gradient (`g += wd p`)
 */
export function fusedSgd(step: FusedStep, decoupled = true): boolean {
  const { lr, mom = 0 } = step.hyper as { lr: number; mom?: number }
  const { keep, l2 } = decay(step, decoupled)
  return inPlace(step, (machine, parameter, n) => {
    const average = step.slots['avg'] ? machine.address(step.slots['avg']) : 0
    const g = machine.address(step.gradient)
    overNumbers(machine, n, (at, count) => {
      return ['sgdStep', parameter + at, g + at, average && average + at, count, mom, lr, keep, l2]
    })
  })
}

/** Adam in place, with the running means `avg` and `sqr_avg` corrected for their start at zero. Decay as in `fusedSgd`. */
export function fusedAdam(step: FusedStep, decoupled = true): boolean {
  const { lr, mom, sqr_mom, eps } = step.hyper as { lr: number; mom: number; sqr_mom: number; eps: number }
  const { keep, l2 } = decay(step, decoupled)
  const debias = 1 - mom ** step.steps
  const debiasRoot = Math.sqrt(1 - sqr_mom ** step.steps)
  return inPlace(step, (machine, parameter, n) => {
    const [g, average, square] = [step.gradient, step.slots['avg']!, step.slots['sqr_avg']!].map(machine.address) as [
      number,
      number,
      number,
    ]
    const rate = (lr * debiasRoot) / debias
    const factors = [mom, 1 - mom, sqr_mom, 1 - sqr_mom, eps * debiasRoot, rate, keep, l2] as const
    overNumbers(machine, n, (at, count) => ['adamStep', parameter + at, g + at, average + at, square + at, count, ...factors])
  })
}

/** The fused updates by the names that the Learner's optimizers have: what `setFusedUpdate` of '@onecycle/learner' takes. */
export const fusedUpdates: Readonly<Record<string, FusedUpdate>> = {
  sgd: step => fusedSgd(step),
  'sgd l2': step => fusedSgd(step, false),
  'sgd momentum': step => fusedSgd(step),
  'sgd momentum l2': step => fusedSgd(step, false),
  adam: step => fusedAdam(step),
  'adam l2': step => fusedAdam(step, false),
}

function decay({ hyper, decays }: FusedStep, decoupled: boolean): { keep: number; l2: number } {
  const { lr, wd = 0 } = hyper as { lr: number; wd?: number }
  if (!decays) return { keep: 1, l2: 0 }
  return decoupled ? { keep: 1 - lr * wd, l2: 0 } : { keep: 1, l2: wd }
}

function inPlace(
  { parameter, gradient, slots }: FusedStep,
  run: (machine: Machine, parameter: number, n: number) => void,
): boolean {
  if (getBackend() !== 'wasm') return false
  const backend = currentBackend() as BackendWasm
  const machine = machineFor(backend)
  const changed = [parameter, ...Object.values(slots)]
  if (!machine || [...changed, gradient].some(tensor => tensor.dtype !== 'float32')) return false
  // A clone shares the data; it must not see the change.
  if (changed.some(tensor => backend.refCount(tensor.dataId) !== 1)) return false
  run(machine, machine.address(parameter), parameter.size)
  forgetPacked(backend, parameter)
  return true
}

interface TensorData {
  id: number
  readonly memoryOffset: number
}

/**
 * Stock kernels keep packed copies of weights under the number that the native side knows a tensor by. A tensor changed in place
 * gets a new number, and the copies made under the old one are freed.
 */
function forgetPacked(backend: BackendWasm, tensor: TensorInfo & { readonly size: number }): void {
  const data = backend.dataIdMap.get(tensor.dataId as object) as unknown as TensorData
  const own = backend as unknown as { dataIdNextNumber: number }
  const native = backend.wasm.tfjs as unknown as {
    disposeData(id: number): void
    registerTensor(id: number, size: number, memoryOffset: number): void
  }
  native.disposeData(data.id)
  data.id = own.dataIdNextNumber++
  native.registerTensor(data.id, tensor.size, data.memoryOffset)
}
