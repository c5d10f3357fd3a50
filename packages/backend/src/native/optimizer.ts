import {
  backend as currentBackend,
  dispose,
  getBackend,
  mul,
  scalar,
  type Tensor,
  type TensorInfo,
  type Variable,
} from '@tensorflow/tfjs-core'
import { type FusedStep, fitsInPlace } from '../fused-step.js'
import { type NativeBackend, operate, operateById } from './operations.js'
import { variableOf } from './resident.js'

/** An update of TensorFlow's, with the slots that it changes after the parameter, and its numbers before the gradient and behind it. */
interface Rule {
  readonly name: string
  readonly attributes: Readonly<Record<string, boolean>>
  readonly slots: readonly string[]
  readonly before: (step: FusedStep) => number[]
  readonly after: (step: FusedStep) => number[]
}

const none = () => []

/** By the names that the Learner's optimizers have, without ' l2'. */
const rules: Readonly<Record<string, Rule>> = {
  sgd: {
    name: 'ResourceApplyGradientDescent',
    attributes: { use_locking: false },
    slots: [],
    before: ({ hyper }) => [hyper['lr']!],
    after: none,
  },
  'sgd momentum': {
    name: 'ResourceApplyMomentum',
    attributes: { use_locking: false, use_nesterov: false },
    slots: ['avg'],
    before: ({ hyper }) => [hyper['lr']!],
    after: ({ hyper }) => [hyper['mom']!],
  },
  adam: {
    name: 'ResourceApplyAdam',
    attributes: { use_locking: false, use_nesterov: false },
    slots: ['avg', 'sqr_avg'],
    // Powers of 0 leave the corrections for the start at zero to us: TensorFlow's would add epsilon to another root.
    before({ hyper, steps }) {
      const { lr, mom, sqr_mom, eps } = hyper as { lr: number; mom: number; sqr_mom: number; eps: number }
      const root = Math.sqrt(1 - sqr_mom ** steps)
      return [0, 0, (lr * root) / (1 - mom ** steps), mom, sqr_mom, eps * root]
    },
    after: none,
  },
}

/**
 * Carries the steps of many parameters out in place, each in one or two of TensorFlow's operations, and returns true; or leaves everything alone
 * and returns false. On the processor alone: nobody has tried a GPU.
 *
 * @param name of the rule, as the Learner's optimizers have it
 */
export function fusedStepsOnNative(name: string, steps: readonly FusedStep[]): boolean {
  const decoupled = !name.endsWith(' l2')
  const rule = rules[name.replace(/ l2$/, '')]
  if (!rule || getBackend() !== 'tensorflow') return false
  const backend = currentBackend() as NativeBackend
  if (!backend.executeMultipleOutputs || backend.isUsingGpuDevice) return false
  if (!steps.every(step => fitsInPlace(backend, step))) return false
  const known = new Map<number, Tensor>()
  const number = (value: number) => {
    const tensor = known.get(value) ?? scalar(value)
    known.set(value, tensor)
    return tensor
  }
  for (const step of steps) one(backend, rule, step, decoupled, number)
  dispose([...known.values()])
  return true
}

function one(backend: NativeBackend, rule: Rule, step: FusedStep, decoupled: boolean, number: (value: number) => Tensor): void {
  const { parameter, slots, hyper, decays } = step
  // A clone, or the tensor that the variable was set from, must not see the change.
  if (backend.refCount(parameter.dataId) !== 1) giveOwnData(backend, parameter)
  const { lr, wd = 0 } = hyper as { lr: number; wd?: number }
  const decay = decays && wd !== 0 ? mul(parameter as Tensor, number(decoupled ? lr * wd : wd)) : undefined
  const gradient = decay && !decoupled ? operate(backend, 'AddV2', { T: 'float' }, [step.gradient, decay])[0]! : step.gradient
  const variables = [parameter, ...rule.slots.map(slot => slots[slot]!)].map(({ dataId }) => variableOf(backend, dataId))
  if (decay && decoupled)
    operateById(backend, 'AssignSubVariableOp', { dtype: 'float' }, [variables[0]!, ...backend.getInputTensorIds([decay])])
  const inputs: TensorInfo[] = [...rule.before(step).map(number), gradient, ...rule.after(step).map(number)]
  operateById(backend, rule.name, { T: 'float', ...rule.attributes }, [...variables, ...backend.getInputTensorIds(inputs)])
  decay?.dispose()
  if (gradient !== step.gradient) gradient.dispose()
}

/** Another tensor of the same values, which TensorFlow shares until one of them changes. */
function giveOwnData(backend: NativeBackend, variable: Variable): void {
  const own = operate(backend, 'Identity', { T: 'float' }, [variable as TensorInfo])[0]!
  variable.assign(own)
  own.dispose()
}
