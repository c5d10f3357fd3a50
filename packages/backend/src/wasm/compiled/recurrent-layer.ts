import * as tf from '@tensorflow/tfjs-core'
import { recurrentKernelNames } from './kernel-names.js'
import { type LayerInputs, onlyTensor, serves } from './layer-input.js'
import { isRecurrentActivation, type RecurrentAttrs, type RecurrentCell } from './recurrent.js'
import { recurrentOperation } from './recurrent-operation.js'

/** What is used of `layers` of '@tensorflow/tfjs-layers'. */
export interface RecurrentLayers {
  rnn(args: { cell: object }): object
  lstmCell(args: { units: number }): object
  gruCell(args: { units: number }): object
  simpleRNNCell(args: { units: number }): object
}

interface Variable {
  read(): tf.Tensor
}

interface Cell {
  readonly kernel: Variable
  readonly recurrentKernel: Variable
  readonly bias?: Variable | null
  readonly activation: { getClassName(): string }
  readonly recurrentActivation?: { getClassName(): string }
  readonly dropout: number
  readonly recurrentDropout: number
  readonly dropoutFunc?: (x: tf.Tensor, rate: number) => tf.Tensor
  call(inputs: tf.Tensor[], options: object): tf.Tensor[]
}

/** What is used of tfjs-layers' RNN, which LSTM, GRU and SimpleRNN are as well. */
interface Rnn {
  readonly cell: Cell
  readonly returnSequences: boolean
  readonly returnState: boolean
  readonly goBackwards: boolean
  readonly stateful: boolean
  readonly states_: tf.Tensor[] | null
  getClassName(): string
  resetStates(states: tf.Tensor[], training: boolean | null | undefined): void
}

interface Options {
  readonly mask?: tf.Tensor | null
  readonly training?: boolean | null
  readonly initialState?: tf.Tensor[] | null
}

/** Masks that a cell draws, of which it uses the first. */
const masksOf = { lstm: 4, gru: 3, simple: 1, gruAfter: 1 }

/** Under this name the `call` of a cell that is not TensorFlow.js's says which of the kernels' it computes. */
const ownKind = Symbol.for('onecycle.recurrentCell')

/**
 * What `call` of a recurrent layer does: all steps in one kernel, and all steps back in another. Undefined for what is left to the layer: cells and
 * activations of one's own, stacked cells, and sequences without steps. A cell whose `call` has the name of a kernel's under
 * `Symbol.for('onecycle.recurrentCell')` is taken for one of that kind.
 *
 * A sample's state stays what it was where a mask leaves a step out, whatever is in its input there; TensorFlow.js multiplies by 0, so
 * that NaN in what is left out is NaN in all that follows.
 */
export function recurrentOf(layers: RecurrentLayers) {
  const kinds = new Map<object, RecurrentCell>()
  for (const [kind, cell] of [
    ['lstm', layers.lstmCell({ units: 1 })],
    ['gru', layers.gruCell({ units: 1 })],
    ['simple', layers.simpleRNNCell({ units: 1 })],
  ] as const)
    kinds.set((cell as Cell).call, kind)

  return (layer: Rnn, inputs: LayerInputs, options: Options | null): tf.Tensor | tf.Tensor[] | undefined => {
    const { cell } = layer
    // That of a class made from one of these, or of an object with a `call` of its own, is not among them.
    const kind = kinds.get(cell.call) ?? (cell.call as { [ownKind]?: RecurrentCell })[ownKind]
    const x = onlyTensor(inputs)
    if (!kind || !serves(recurrentKernelNames.forward, x) || x.rank !== 3 || x.size === 0) return undefined
    const attrs = attrsOf(layer, kind)
    const { mask, training, initialState } = options ?? {}
    const states = initialState ?? (layer.stateful ? layer.states_! : [])
    if (!attrs || !servesMask(mask, x) || !servesStates(states, kind, x, cell)) return undefined
    // A plain RNN has its cell keep its masks.
    const drops = [cell.dropout, cell.recurrentDropout].some(part => part > 0 && part < 1)
    if (drops && layer.getClassName() === 'RNN') return undefined
    return tf.tidy(() => {
      const [samples, , features] = x.shape as [number, number, number]
      const kernel = cell.kernel.read()
      const recurrentKernel = cell.recurrentKernel.read()
      const units = recurrentKernel.shape[0]!
      const result = recurrentOperation(attrs, layer.returnSequences, {
        ...{ x, kernel, recurrentKernel, bias: cell.bias?.read(), state: states[0], carry: states[1] },
        ...(mask && { mask: tf.reshape(tf.cast(tf.cast(mask, 'bool'), 'float32'), x.shape.slice(0, 2)) }),
        ...(training && {
          inputDropout: drawn(cell, cell.dropout, [samples, features], masksOf[kind]),
          stateDropout: drawn(cell, cell.recurrentDropout, [samples, units], masksOf[kind]),
        }),
      })
      if (layer.stateful) layer.resetStates(result.states, training)
      return layer.returnState ? [result.output, ...result.states] : result.output
    })
  }
}

function attrsOf(layer: Rnn, cell: RecurrentCell): RecurrentAttrs | undefined {
  const activation = layer.cell.activation.getClassName()
  const recurrentActivation = layer.cell.recurrentActivation?.getClassName() ?? 'linear'
  if (!isRecurrentActivation(activation) || !isRecurrentActivation(recurrentActivation)) return undefined
  return { cell, activation, recurrentActivation, goBackwards: layer.goBackwards }
}

function servesMask(mask: tf.Tensor | null | undefined, { shape: [samples, steps] }: tf.Tensor): boolean {
  if (!mask) return true
  const [first, second, third = 1] = mask.shape
  return first === samples && second === steps && third === 1 && mask.rank <= 3
}

function servesStates(states: readonly tf.Tensor[], kind: RecurrentCell, x: tf.Tensor, cell: Cell): boolean {
  if (states.length === 0) return true
  const shape = [x.shape[0]!, cell.recurrentKernel.read().shape[0]!]
  const fits = (state: tf.Tensor) => state.dtype === 'float32' && tf.util.arraysEqual(state.shape, shape)
  return states.length === (kind === 'lstm' ? 2 : 1) && states.every(fits)
}

/** What leaves out a part of a cell's inputs, from as many draws as the cell itself would take. */
function drawn(cell: Cell, part: number, shape: [number, number], draws: number): tf.Tensor | undefined {
  if (!(part > 0 && part < 1)) return undefined
  const drop = cell.dropoutFunc ?? tf.dropout
  return Array.from({ length: draws }, () => drop(tf.ones(shape), part))[0]
}
