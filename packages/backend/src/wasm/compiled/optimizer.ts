import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend as currentBackend, engine, getBackend, type Tensor, type TensorInfo, type Variable } from '@tensorflow/tfjs-core'
import { decayOf, type FusedStep, fitsInPlace } from '../../fused-step.js'
import { type Machine, machineFor } from './machine.js'
import { overNumbers } from './parts.js'

/** Carries a step out in place and returns true, or leaves everything alone and returns false. */
export type FusedUpdate = (step: FusedStep) => boolean

/**
 * SGD in place: `avg = mom avg + g; p -= lr avg`, or without the slot `avg` just `p -= lr g`.
 *
 * @param decoupled whether weight decay shrinks the parameter (`p *= 1 - lr wd`) or joins the gradient (`g += wd p`)
 */
export function fusedSgd(step: FusedStep, decoupled = true): boolean {
  const { lr, mom = 0 } = step.hyper as { lr: number; mom?: number }
  const { keep, l2 } = decayOf(step, decoupled)
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
  const debias = 1 - mom ** step.steps
  const debiasRoot = Math.sqrt(1 - sqr_mom ** step.steps)
  return adaptive(step, decoupled, {
    square: step.slots['sqr_avg']!,
    squareWeights: [sqr_mom, 1 - sqr_mom],
    average: step.slots['avg']!,
    averageWeights: [mom, 1 - mom],
    eps: eps * debiasRoot,
    rate: (lr * debiasRoot) / debias,
  })
}

/**
 * RMSProp in place: divides by the root of `sqr_avg`, the running mean of squares. Decay as in `fusedSgd`.
 *
 * @param convention what momentum sums where there is a slot `avg`: gradients ('fastai'), or divided ones ('torch')
 */
export function fusedRmsprop(step: FusedStep, decoupled = true, convention: 'fastai' | 'torch' = 'fastai'): boolean {
  const { lr, mom = 0, sqr_mom, eps } = step.hyper as { lr: number; mom?: number; sqr_mom: number; eps: number }
  return adaptive(step, decoupled, {
    square: step.slots['sqr_avg']!,
    squareWeights: [sqr_mom, 1 - sqr_mom],
    [convention === 'torch' ? 'heavy' : 'average']: step.slots['avg'],
    averageWeights: [mom, 1],
    eps,
    rate: lr,
  })
}

/** Adagrad in place: divides by the root of `sum`, the sum of squares, at a rate that `lr_decay` lowers. Decay as in `fusedSgd`. */
export function fusedAdagrad(step: FusedStep, decoupled = true): boolean {
  const { lr, lr_decay, eps } = step.hyper as { lr: number; lr_decay: number; eps: number }
  const rate = lr / (1 + (step.steps - 1) * lr_decay)
  return adaptive(step, decoupled, { square: step.slots['sum']!, squareWeights: [1, 1], eps, rate })
}

/** The fused updates by the names that the Learner's optimizers have: what `setFusedUpdate` of '@onecycle/learner' takes. */
export const fusedUpdates: Readonly<Record<string, FusedUpdate>> = {
  sgd: step => fusedSgd(step),
  'sgd l2': step => fusedSgd(step, false),
  'sgd momentum': step => fusedSgd(step),
  'sgd momentum l2': step => fusedSgd(step, false),
  adam: step => fusedAdam(step),
  'adam l2': step => fusedAdam(step, false),
  rmsprop: step => fusedRmsprop(step),
  'rmsprop l2': step => fusedRmsprop(step, false),
  'rmsprop momentum': step => fusedRmsprop(step),
  'rmsprop momentum l2': step => fusedRmsprop(step, false),
  'rmsprop momentum torch': step => fusedRmsprop(step, true, 'torch'),
  'rmsprop momentum torch l2': step => fusedRmsprop(step, false, 'torch'),
  adagrad: step => fusedAdagrad(step),
  'adagrad l2': step => fusedAdagrad(step, false),
}

/** What a rule that divides by a root of squares consists of. */
interface Adaptive {
  readonly square: Tensor
  /** Of what has run up to now, and of the new value. */
  readonly squareWeights: readonly [memory: number, share: number]
  /** What runs before the division. */
  readonly average?: Tensor | undefined
  /** What runs after it. */
  readonly heavy?: Tensor | undefined
  readonly averageWeights?: readonly [memory: number, share: number]
  readonly eps: number
  readonly rate: number
}

function adaptive(step: FusedStep, decoupled: boolean, rule: Adaptive): boolean {
  const { squareWeights, averageWeights = [0, 1], eps, rate } = rule
  const { keep, l2 } = decayOf(step, decoupled)
  const factors = [...averageWeights, ...squareWeights, eps, rate, keep, l2] as const
  return inPlace(step, (machine, parameter, n) => {
    const [g, square] = [machine.address(step.gradient), machine.address(rule.square)]
    const average = rule.average ? machine.address(rule.average) : 0
    const heavy = rule.heavy ? machine.address(rule.heavy) : 0
    overNumbers(machine, n, (at, count) => {
      const running = [square + at, average && average + at, heavy && heavy + at] as const
      return ['adaptiveStep', parameter + at, g + at, ...running, count, ...factors]
    })
  })
}

function inPlace(step: FusedStep, run: (machine: Machine, parameter: number, n: number) => void): boolean {
  if (getBackend() !== 'wasm') return false
  const { parameter } = step
  const backend = currentBackend() as BackendWasm
  const machine = machineFor(backend)
  if (!machine || !fitsInPlace(backend, step)) return false
  // A clone, or the tensor that the variable was set from, must not see the change; nor may it change the bits of the step.
  if (backend.refCount(parameter.dataId) !== 1) giveOwnData(backend, parameter)
  run(machine, machine.address(parameter), parameter.size)
  forgetPacked(backend, parameter)
  return true
}

function giveOwnData(backend: BackendWasm, variable: Variable): void {
  const copy = backend.makeOutput(variable.shape, 'float32')
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap(variable))
  const own = engine().makeTensorFromTensorInfo(copy)
  variable.assign(own)
  own.dispose()
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
