import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { Address } from './functions.js'
import { compiledKernel } from './kernel.js'
import { attentionKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'
import { divide, type Part } from './parts.js'

interface Attrs {
  readonly heads: number
  readonly causal: boolean
  /** Part of the weights that dropout leaves out: those whose 32 random bits, which the seed decides, lie below the bound. */
  readonly rate: number
  readonly bound: number
  readonly seed: number
}

type Inputs = readonly [q: TensorInfo, k: TensorInfo, v: TensorInfo, mask?: TensorInfo]
type Shape3 = [number, number, number]

/** What both kernels need to know of an attention. */
interface Plan {
  readonly geometry: readonly number[]
  readonly heads: number
  readonly scale: number
  readonly kept: number
  /** Floating-point operations of one product of queries and keys. */
  readonly work: number
}

function planOf([q, k, v, mask]: Inputs, { heads, causal, rate, bound, seed }: Attrs): Plan {
  const [batch, queries, width] = q.shape as Shape3
  const [keys, valueWidth] = [k.shape[1]!, v.shape[2]!]
  const [size, values] = [width / heads, valueWidth / heads]
  const [batches = 1, rows = 1] = mask?.shape ?? []
  const strides = [rows > 1 ? keys : 0, batches > 1 ? rows * keys : 0]
  return {
    geometry: [queries, keys, heads, size, values, Number(causal), ...strides, bound, seed],
    heads: batch * heads,
    scale: 1 / Math.sqrt(size),
    kept: 1 / (1 - rate),
    work: 2 * batch * queries * keys * width,
  }
}

/** Runs a kernel over the heads of all batches, each part with scratch memory of its own. */
function overHeads(
  machine: Machine,
  plan: Plan,
  products: number,
  scratchBytes: (geometry: Address) => number,
  call: (part: Part, geometry: Address, scratch: Address) => Parameters<Machine['parallel']>[0][number],
): void {
  const parts = divide(machine.threads, plan.heads, products * plan.work)
  // Each part is read by a thread of its own, but all of them may read the same numbers.
  const geometry = machine.integers(plan.geometry)
  const bytes = scratchBytes(geometry)
  const scratch = machine.regions(...parts.map(() => bytes))
  machine.parallel(parts.map(part => call(part, geometry, scratch[part.index]!)))
}

/** Returns [y, statistics]. */
function forward(machine: Machine, { inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo[] {
  const [q, k, v, mask] = inputs
  const plan = planOf(inputs, attrs)
  const [batch, queries] = q.shape as Shape3
  const y = backend.makeOutput([batch, queries, v.shape[2]!], 'float32')
  const statistics = backend.makeOutput([plan.heads, queries, 2], 'float32')
  const [qAt, kAt, vAt] = [machine.address(q), machine.address(k), machine.address(v)]
  const [maskAt, yAt, statisticsAt] = [mask ? machine.address(mask) : 0, machine.address(y), machine.address(statistics)]
  overHeads(machine, plan, 2, machine.run.attentionScratchBytes, ({ first, count }, geometry, scratch) => {
    const operands = [qAt, kAt, vAt, maskAt, plan.scale, plan.kept] as const
    return ['attention', geometry, first, count, ...operands, yAt, statisticsAt, scratch]
  })
  return [y, statistics]
}

type GradientInputs = readonly [dy: TensorInfo, y: TensorInfo, statistics: TensorInfo, ...Inputs]

/** Returns [dq, dk, dv]. */
function gradient(machine: Machine, { inputs, attrs, backend }: KernelArgs<GradientInputs, Attrs>): TensorInfo[] {
  const [dy, y, statistics, ...given] = inputs
  const [q, k, v, mask] = given
  const plan = planOf(given, attrs)
  const outputs = [q, k, v].map(({ shape }) => backend.makeOutput(shape, 'float32'))
  const [dyAt, qAt, kAt, vAt, yAt, statisticsAt, dqAt, dkAt, dvAt] = [dy, q, k, v, y, statistics, ...outputs].map(
    machine.address,
  ) as [...[number, number, number, number, number, number], ...[number, number, number]]
  const maskAt = mask ? machine.address(mask) : 0
  overHeads(machine, plan, 5, machine.run.attentionGradientBytes, ({ first, count }, geometry, scratch) => {
    const operands = [dyAt, qAt, kAt, vAt, maskAt, yAt, statisticsAt, plan.scale, plan.kept] as const
    return ['attentionGradient', geometry, first, count, ...operands, dqAt, dkAt, dvAt, scratch]
  })
  return outputs
}

export const attentionKernels = [
  compiledKernel(attentionKernelNames.forward, forward),
  compiledKernel(attentionKernelNames.gradient, gradient),
]
