import * as tf from '@tensorflow/tfjs-core'
import { recurrentKernelNames } from './kernel-names.js'
import type { RecurrentAttrs } from './recurrent.js'
import { present, runKernelOfMany } from './run-kernel.js'

/** What a recurrent layer computes from: those that can be differentiated by, and those that cannot. */
interface RecurrentInputs {
  readonly x: tf.Tensor
  readonly kernel: tf.Tensor
  readonly recurrentKernel: tf.Tensor
  readonly bias?: tf.Tensor | undefined
  readonly state?: tf.Tensor | undefined
  readonly carry?: tf.Tensor | undefined
  readonly mask?: tf.Tensor | undefined
  readonly inputDropout?: tf.Tensor | undefined
  readonly stateDropout?: tf.Tensor | undefined
}

interface Recurrent {
  /** That of each step, or of the last. */
  readonly output: tf.Tensor
  /** The last states. */
  readonly states: tf.Tensor[]
}

/** What is used of TensorFlow.js's engine, which keeps it to itself. */
interface Engine {
  readonly state: { readonly activeTape: readonly { readonly outputs: readonly tf.Tensor[] }[] }
  isTapeOn(): boolean
  runKernelFunc(operation: {
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor[]
    backwardsFunc: (dys: tf.Tensor | tf.Tensor[], saved: readonly tf.Tensor[]) => Record<string, () => tf.Tensor>
    inputs: tf.NamedTensorMap
  }): tf.Tensor[]
}

/**
 * All steps of a recurrent layer, which can be differentiated once. Not a kernel with a gradient of its own: to what such a kernel returns
 * besides its result, and that is several times as large here, the engine makes gradients of zeros.
 */
export function recurrentOperation(attrs: RecurrentAttrs, everyStep: boolean, given: RecurrentInputs): Recurrent {
  const engine = tf.engine() as unknown as Engine
  const inputs = present({ ...given })
  const { mask, inputDropout, stateDropout, ...differentiable } = inputs
  const saves = engine.isTapeOn()
  // A batch's gradient is hardly ever asked for: it is then computed in a second run.
  const ofInput = saves && isComputed(given.x, engine)
  const last = attrs.cell === 'lstm' ? 2 : 1
  const names = [...Object.keys(inputs), 'y', 'trace']
  const outputs = engine.runKernelFunc({
    inputs: differentiable,
    forwardFunc: (_, save) => {
      const made = runKernelOfMany(recurrentKernelNames.forward, inputs, { ...attrs, everyStep, saves })
      if (saves) save([...Object.values(inputs), ...made.slice(last)])
      return made.slice(0, everyStep ? last + 1 : last)
    },
    backwardsFunc: (dys, saved) => {
      const [dLastState, second, third] = [dys].flat()
      const [dLastCarry, dy] = last === 2 ? [second, third] : [undefined, second]
      const all = { ...Object.fromEntries(names.map((name, i) => [name, saved[i]!])), dy, dLastState, dLastCarry }
      // At once, and not when one of them is asked for: the engine frees all else that comes to be then.
      const gradients = gradientsOf(attrs, all, ofInput)
      const byInput = Object.fromEntries(Object.keys(gradients).map(name => [name, () => gradients[name]!]))
      return { x: () => gradientsOf(attrs, all, true)['x']!, ...byInput }
    },
  })
  const states = outputs.slice(0, last)
  return { output: everyStep ? outputs[last]! : states[0]!, states }
}

/** Whether a tensor comes from what is recorded. */
function isComputed(x: tf.Tensor, { state }: Engine): boolean {
  return x instanceof tf.Variable || state.activeTape.some(({ outputs }) => outputs.some(({ id }) => id === x.id))
}

function gradientsOf(attrs: RecurrentAttrs, inputs: Record<string, tf.Tensor | undefined>, ofInput: boolean) {
  const made = runKernelOfMany(recurrentKernelNames.gradient, inputs, { ...attrs, ofInput })
  const { bias, state, carry } = inputs
  const names = ['kernel', 'recurrentKernel', bias && 'bias', ofInput && 'x', state && 'state', carry && 'carry']
  return Object.fromEntries(names.filter(name => typeof name === 'string').map((name, i) => [name, made[i]!]))
}
