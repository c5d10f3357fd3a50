import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { layerNormKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'
import { divide, TOUCH } from './parts.js'

const rowsOf = (x: TensorInfo, columns: number) => (columns === 0 ? 0 : util.sizeFromShape(x.shape) / columns)

/** The numbers that a row's statistics take. */
const STATISTICS = 3

type ForwardInputs = { x: TensorInfo; gamma: TensorInfo; beta: TensorInfo }

/** Returns [y, statistics]. */
function forward(machine: Machine, { inputs, attrs, backend }: KernelArgs<ForwardInputs, { epsilon: number }>): TensorInfo[] {
  const { x, gamma, beta } = inputs
  const columns = x.shape.at(-1)!
  const rows = rowsOf(x, columns)
  const y = backend.makeOutput(x.shape, 'float32')
  const statistics = backend.makeOutput([rows, STATISTICS], 'float32')
  const [xAt, gammaAt, betaAt, yAt, statisticsAt] = [x, gamma, beta, y, statistics].map(machine.address) as [
    number,
    number,
    number,
    number,
    number,
  ]
  machine.parallel(
    divide(machine.threads, rows, TOUCH * rows * columns).map(({ first, count }) => {
      const [at, own] = [4 * first * columns, statisticsAt + 4 * first * STATISTICS]
      return ['layerNorm', xAt + at, count, columns, gammaAt, betaAt, attrs.epsilon, yAt + at, own]
    }),
  )
  return [y, statistics]
}

type GradientInputs = { dy: TensorInfo; x: TensorInfo; statistics: TensorInfo; gamma: TensorInfo }

/** Returns [dx, dGamma, dBeta]. */
function gradient(machine: Machine, { inputs, backend }: KernelArgs<GradientInputs, object>): TensorInfo[] {
  const { dy, x, statistics, gamma } = inputs
  const columns = x.shape.at(-1)!
  const outputs = [x.shape, [columns], [columns]].map(shape => backend.makeOutput(shape, 'float32'))
  const [dx, dGamma, dBeta] = outputs.map(machine.address) as [number, number, number]
  const [dyAt, xAt, statisticsAt, gammaAt] = [dy, x, statistics, gamma].map(machine.address) as [number, number, number, number]
  const rows = rowsOf(x, columns)
  const parts = divide(machine.threads, rows, TOUCH * rows * columns)
  const scratchBytes = machine.run.layerNormScratchBytes(columns)
  const scratch = machine.regions(...parts.map(() => scratchBytes + 8 * columns))
  // The first part sums where the sums belong, the others behind their scratch memory.
  const sums = scratch.map((start, index) => {
    const own = start + scratchBytes
    return index === 0 ? ([dGamma, dBeta] as const) : ([own, own + 4 * columns] as const)
  })
  machine.parallel(
    parts.map(({ index, first, count }) => {
      const [at, own] = [4 * first * columns, statisticsAt + 4 * first * STATISTICS]
      return ['layerNormGradient', dyAt + at, xAt + at, count, columns, own, gammaAt, dx + at, ...sums[index]!, scratch[index]!]
    }),
  )
  for (const [gammaPart, betaPart] of sums.slice(1)) {
    machine.run.addRow(dGamma, gammaPart, dGamma, 1, columns)
    machine.run.addRow(dBeta, betaPart, dBeta, 1, columns)
  }
  return outputs
}

export const layerNormKernels = [
  compiledKernel(layerNormKernelNames.forward, forward),
  compiledKernel(layerNormKernelNames.gradient, gradient),
]
