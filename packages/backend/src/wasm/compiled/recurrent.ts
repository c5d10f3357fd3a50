import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { Address } from './functions.js'
import { compiledKernel } from './kernel.js'
import { recurrentKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'
import { divide, type Part } from './parts.js'

/** As `assembly/recurrent-task.ts` numbers them. */
const cells = { lstm: 0, gru: 1, simple: 2, gruAfter: 3 }
const gates = { lstm: 4, gru: 3, simple: 1, gruAfter: 3 }
const traces = { lstm: 6, gru: 3, simple: 0, gruAfter: 4 }
/** As `assembly/recurrent-activation.ts` numbers them. */
const activations = { linear: 0, relu: 1, tanh: 2, sigmoid: 3, hardSigmoid: 4 }

/** The reset gate of a `gruAfter` takes part of what the state becomes by its weights, and not of the state: its bias has a second row, for the state. */
export type RecurrentCell = keyof typeof cells
export type RecurrentActivation = keyof typeof activations

/** Whether the kernels have an activation. */
export function isRecurrentActivation(name: string): name is RecurrentActivation {
  return name in activations
}

export interface RecurrentAttrs {
  readonly cell: RecurrentCell
  readonly activation: RecurrentActivation
  readonly recurrentActivation: RecurrentActivation
  readonly goBackwards: boolean
}

type Optional<Names extends string> = { [Name in Names]?: TensorInfo }
type Layer = Record<'x' | 'kernel' | 'recurrentKernel', TensorInfo> &
  Optional<'bias' | 'state' | 'carry' | 'mask' | 'inputDropout' | 'stateDropout'>

/** Addresses of what a task names, by its fields; those of tensors are of the first sample. */
type Field =
  | ('x' | 'kernel' | 'recurrentKernel' | 'candidateKernel' | 'bias' | 'state' | 'carry' | 'mask' | 'inputDropout')
  | ('stateDropout' | 'y' | 'trace' | 'lastState' | 'lastCarry' | 'scratch' | 'dy' | 'dLastState' | 'dLastCarry')
  | ('dx' | 'dKernel' | 'dRecurrentKernel' | 'dBias' | 'dState' | 'dCarry')
type Addresses = { [Name in Field]?: Address }

const fields: readonly Field[] = [
  ...(['x', 'kernel', 'recurrentKernel', 'candidateKernel', 'bias', 'state', 'carry', 'mask', 'inputDropout'] as const),
  ...(['stateDropout', 'y', 'trace', 'lastState', 'lastCarry', 'scratch', 'dy', 'dLastState', 'dLastCarry'] as const),
  ...(['dx', 'dKernel', 'dRecurrentKernel', 'dBias', 'dState', 'dCarry'] as const),
]

/** The sizes of a layer. */
function sizesOf({ x, recurrentKernel }: Layer, { cell }: RecurrentAttrs) {
  const [samples, steps, inputs] = x.shape as [number, number, number]
  const units = recurrentKernel.shape[0]!
  return { samples, steps, inputs, units, columns: gates[cell] * units, traced: traces[cell] * units }
}

type Sizes = ReturnType<typeof sizesOf>

/** What a part's task holds, of which each field is the part's own. */
function layTask(machine: Machine, attrs: RecurrentAttrs, sizes: Sizes, part: Part, own: Addresses): Address {
  const { samples, steps, inputs, units, traced } = sizes
  const rows: Addresses = {
    ...{ x: steps * inputs, dx: steps * inputs, y: steps * units, dy: steps * units, trace: traced, mask: steps },
    ...{ state: units, carry: units, stateDropout: units, inputDropout: inputs, lastState: units, lastCarry: units },
    ...{ dLastState: units, dLastCarry: units, dState: units, dCarry: units },
  }
  const { cell, activation, recurrentActivation, goBackwards } = attrs
  const head = [cells[cell], part.count, steps, inputs, units, Number(goBackwards)]
  const addresses = fields.map(name => own[name] && own[name] + 4 * part.first * (rows[name] ?? 0))
  const all = [...head, activations[activation], activations[recurrentActivation], ...addresses, samples]
  return machine.integers(
    all.map(value => value ?? 0),
    part.index,
  )
}

/** Multiplications and additions of the products. */
const workOf = ({ samples, steps, inputs, units, columns }: Sizes) => 2 * samples * steps * (inputs + units) * columns

/** Packs the weights, or their transposes, as the kernels want them. */
function packedWeights(machine: Machine, { cell }: RecurrentAttrs, sizes: Sizes, transposed: boolean) {
  const { inputs, units, columns } = sizes
  const { run } = machine
  // On the way back the candidate of a `gruAfter` is one gate among three.
  const gated = cell === 'gru' || (cell === 'gruAfter' && !transposed) ? 2 * units : columns
  const [k, r, c] = [
    [inputs, columns],
    [units, gated],
    [units, columns - gated],
  ].map(([depth, width]) => (transposed ? [width!, depth!] : [depth!, width!])) as [number, number][]
  return {
    bytes: [k, r, c].map(size => run.packedBytes(...(size as [number, number]))),
    pack(kernel: Address, recurrent: Address, to: readonly Address[]) {
      const pack = (from: Address, size: readonly number[], out: Address) =>
        run.packPanels(from, 4 * columns, Number(transposed), size[0]!, size[1]!, out)
      if (kernel) pack(kernel, k!, to[0]!)
      pack(recurrent, r!, to[1]!)
      if (gated < columns) pack(recurrent + 4 * gated, c!, to[2]!)
      return { kernel: kernel && to[0]!, recurrentKernel: to[1]!, candidateKernel: to[2]! }
    },
  }
}

/** The two rows of a `gruAfter` as one, but for what is of its candidate: that comes behind it. */
function packBias({ run }: Machine, { cell }: RecurrentAttrs, { units, columns }: Sizes, bias: Address, to: Address): void {
  run.packPanels(bias, 4 * columns, 0, 1, columns, to)
  if (cell !== 'gruAfter') return
  run.addRow(to, bias + 4 * columns, to, 1, 2 * units)
  run.packPanels(bias + 4 * (columns + 2 * units), 4 * units, 0, 1, units, to + run.packedBytes(1, columns))
}

const addressesOf = (machine: Machine, tensors: Record<string, TensorInfo | undefined>): Record<string, Address> =>
  Object.fromEntries(Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, machine.address(tensor)]] : [])))

type ForwardAttrs = RecurrentAttrs & { readonly everyStep: boolean; readonly saves: boolean }

/**
 * Returns [state, carry, y, trace]: the last states [samples, units], the second of an LSTM alone; the state of each step [samples, steps, units], where
 * `everyStep`; and what the gradient needs, where `saves`. What there is not is left out.
 */
export function recurrentForward(machine: Machine, { inputs, attrs, backend }: KernelArgs<Layer, ForwardAttrs>): TensorInfo[] {
  const sizes = sizesOf(inputs, attrs)
  const { samples, steps, units, columns, traced } = sizes
  const outputs = {
    lastState: backend.makeOutput([samples, units], 'float32'),
    ...(attrs.cell === 'lstm' && { lastCarry: backend.makeOutput([samples, units], 'float32') }),
    ...((attrs.everyStep || attrs.saves) && { y: backend.makeOutput([samples, steps, units], 'float32') }),
    ...(attrs.saves && { trace: backend.makeOutput([steps, samples, traced], 'float32') }),
  }
  const { kernel, recurrentKernel, bias, ...rest } = inputs
  const own: Addresses = addressesOf(machine, { ...rest, ...outputs })
  const parts = divide(machine.threads, samples, workOf(sizes))
  const { bytes, pack } = packedWeights(machine, attrs, sizes, false)
  const scratchBytes = parts.map(part => machine.run.recurrentScratchBytes(layTask(machine, attrs, sizes, part, own)))
  const biasBytes = machine.run.packedBytes(1, columns) + (attrs.cell === 'gruAfter' ? machine.run.packedBytes(1, units) : 0)
  const [biasAt, ...regions] = machine.regions(biasBytes, ...bytes, ...scratchBytes)
  if (bias) packBias(machine, attrs, sizes, machine.address(bias), biasAt!)
  const shared = { ...own, ...pack(machine.address(kernel), machine.address(recurrentKernel), regions) }
  if (bias) shared.bias = biasAt!
  machine.parallel(
    parts.map(part => {
      const scratch = regions[bytes.length + part.index]!
      return ['recurrent', layTask(machine, attrs, sizes, part, { ...shared, scratch })]
    }),
  )
  return Object.values(outputs)
}

type GradientInputs = Layer & { y: TensorInfo; trace: TensorInfo } & Optional<'dy' | 'dLastState' | 'dLastCarry'>
type GradientAttrs = RecurrentAttrs & { readonly ofInput: boolean }

/** Returns [dKernel, dRecurrentKernel, dBias, dx, dState, dCarry]: dx where `ofInput`, the others where there is such an input. */
export function recurrentGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<GradientInputs, GradientAttrs>,
): TensorInfo[] {
  const { kernel, recurrentKernel, bias, state, carry, ...rest } = inputs
  const sizes = sizesOf(inputs, attrs)
  const like = (tensor: TensorInfo) => backend.makeOutput(tensor.shape, 'float32')
  const weights = {
    dKernel: like(kernel),
    dRecurrentKernel: like(recurrentKernel),
    ...(bias && { dBias: like(bias) }),
  }
  const outputs = {
    ...weights,
    ...(attrs.ofInput && { dx: like(inputs.x) }),
    ...(state && { dState: like(state) }),
    ...(carry && { dCarry: like(carry) }),
  }
  const own: Addresses = addressesOf(machine, { ...rest, state, ...outputs })
  const parts = divide(machine.threads, sizes.samples, 2 * workOf(sizes))
  const { bytes, pack } = packedWeights(machine, attrs, sizes, true)
  const scratchBytes = parts.map(part => machine.run.recurrentGradientScratchBytes(layTask(machine, attrs, sizes, part, own)))
  // The first part sums where the sums belong.
  const sumBytes = parts.slice(1).flatMap(() => Object.values(weights).map(each => 4 * sizeOf(each)))
  const regions = machine.regions(...bytes, ...scratchBytes, ...sumBytes)
  const packed = pack(attrs.ofInput ? machine.address(kernel) : 0, machine.address(recurrentKernel), regions)
  const names = Object.keys(weights) as (keyof typeof weights)[]
  const sumsOf = ({ index }: Part): Addresses => {
    const at = bytes.length + parts.length + names.length * (index - 1)
    return index > 0 ? Object.fromEntries(names.map((name, i) => [name, regions[at + i]!])) : {}
  }
  machine.parallel(
    parts.map(part => {
      const scratch = regions[bytes.length + part.index]!
      return ['recurrentGradient', layTask(machine, attrs, sizes, part, { ...own, ...packed, scratch, ...sumsOf(part) })]
    }),
  )
  for (const part of parts.slice(1)) {
    const sums = sumsOf(part)
    for (const name of names) machine.run.addRow(own[name]!, sums[name]!, own[name]!, 1, sizeOf(weights[name]!))
  }
  return Object.values(outputs)
}

const sizeOf = ({ shape }: TensorInfo) => util.sizeFromShape(shape)

export const recurrentKernels = [
  compiledKernel(recurrentKernelNames.forward, recurrentForward),
  compiledKernel(recurrentKernelNames.gradient, recurrentGradient),
]
