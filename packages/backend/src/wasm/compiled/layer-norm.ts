import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { layerNormKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'

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
  machine.run.layerNorm(xAt, rows, columns, gammaAt, betaAt, attrs.epsilon, yAt, statisticsAt)
  return [y, statistics]
}

type GradientInputs = { dy: TensorInfo; x: TensorInfo; statistics: TensorInfo; gamma: TensorInfo }

/** Returns [dx, dGamma, dBeta]. */
function gradient(machine: Machine, { inputs, backend }: KernelArgs<GradientInputs, object>): TensorInfo[] {
  const { dy, x, statistics, gamma } = inputs
  const columns = x.shape.at(-1)!
  const outputs = [x.shape, [columns], [columns]].map(shape => backend.makeOutput(shape, 'float32'))
  const [dx, dGamma, dBeta] = outputs.map(machine.address) as [number, number, number]
  const scratch = machine.scratch(machine.run.layerNormScratchBytes(columns))
  const [dyAt, xAt, statisticsAt, gammaAt] = [dy, x, statistics, gamma].map(machine.address) as [number, number, number, number]
  machine.run.layerNormGradient(dyAt, xAt, rowsOf(x, columns), columns, statisticsAt, gammaAt, dx, dGamma, dBeta, scratch)
  return outputs
}

export const layerNormKernels = [
  compiledKernel(layerNormKernelNames.forward, forward),
  compiledKernel(layerNormKernelNames.gradient, gradient),
]
