import { FusedBatchNorm, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { Address } from './functions.js'
import { compiledKernel } from './kernel.js'
import { batchNormKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'
import { divide, type Part, TOUCH } from './parts.js'

const rowsOf = (x: TensorInfo, channels: number) => (channels === 0 ? 0 : util.sizeFromShape(x.shape) / channels)

type ForwardInputs = { x: TensorInfo; mean: TensorInfo; variance: TensorInfo; offset?: TensorInfo; scale?: TensorInfo }

function forward(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<ForwardInputs, { varianceEpsilon: number }>,
): TensorInfo | undefined {
  const { x, mean, variance, offset, scale } = inputs
  const channels = x.shape.at(-1)!
  const perChannel = [mean, variance, offset, scale].every(
    p => !p || (p.dtype === 'float32' && p.shape.length === 1 && p.shape[0] === channels),
  )
  if (x.dtype !== 'float32' || !perChannel) return undefined
  const y = backend.makeOutput(x.shape, 'float32')
  const optional = (p: TensorInfo | undefined) => (p ? machine.address(p) : 0)
  const parameters = [machine.address(mean), machine.address(variance), optional(scale), optional(offset)] as const
  normalize(machine, x, parameters, attrs.varianceEpsilon, y)
  return y
}

/** The rows of x, divided among the threads. A block of 128 is summed as one. */
function divideRows({ threads }: Machine, x: TensorInfo): Part[] {
  const channels = x.shape.at(-1)!
  return divide(threads, rowsOf(x, channels), TOUCH * util.sizeFromShape(x.shape), 128)
}

type Parameters = readonly [mean: Address, variance: Address, scale: Address, offset: Address]

function normalize(machine: Machine, x: TensorInfo, parameters: Parameters, epsilon: number, y: TensorInfo): void {
  const channels = x.shape.at(-1)!
  const parts = divideRows(machine, x)
  const factors = machine.regions(...parts.map(() => 8 * channels))
  const [source, target] = [machine.address(x), machine.address(y)]
  machine.parallel(
    parts.map(({ index, first, count }) => {
      const [from, to] = [source + 4 * first * channels, target + 4 * first * channels]
      return ['normalize', from, count, channels, ...parameters, epsilon, to, factors[index]!]
    }),
  )
}

type TrainingInputs = { x: TensorInfo; gamma: TensorInfo; beta: TensorInfo }

/** Returns [y, mean, variance]. */
function training(machine: Machine, { inputs, attrs, backend }: KernelArgs<TrainingInputs, { epsilon: number }>): TensorInfo[] {
  const { x, gamma, beta } = inputs
  const channels = x.shape.at(-1)!
  const [y, mean, variance] = [x.shape, [channels], [channels]].map(shape => backend.makeOutput(shape, 'float32')) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ]
  const [source, m, v] = [machine.address(x), machine.address(mean), machine.address(variance)]
  const parts = divideRows(machine, x)
  const totals = machine.regions(...parts.map(() => 16 * channels))
  machine.parallel(
    parts.map(({ index, first, count }) => {
      return ['momentTotals', source + 4 * first * channels, count, channels, totals[index]!]
    }),
  )
  const whole = totals[0]!
  for (const { index, first, count } of parts.slice(1)) machine.run.joinMoments(whole, first, totals[index]!, count, channels)
  machine.run.moments(whole, rowsOf(x, channels), channels, m, v)
  normalize(machine, x, [m, v, machine.address(gamma), machine.address(beta)], attrs.epsilon, y)
  return [y, mean, variance]
}

type GradientInputs = { dy: TensorInfo; x: TensorInfo; mean: TensorInfo; variance: TensorInfo; scale?: TensorInfo }

/** Returns [dx, dScale, dOffset], and with given statistics [..., dMean, dVariance]. */
function gradient(given: boolean) {
  return (machine: Machine, { inputs, attrs, backend }: KernelArgs<GradientInputs, { epsilon: number }>): TensorInfo[] => {
    const { dy, x, mean, variance, scale } = inputs
    const channels = x.shape.at(-1)!
    const outputs = [x.shape, ...new Array(given ? 4 : 2).fill([channels])].map(shape => backend.makeOutput(shape, 'float32'))
    const [dx, dScale, dOffset, dMean = 0, dVariance = 0] = outputs.map(machine.address) as [
      number,
      number,
      number,
      number?,
      number?,
    ]
    const [above, source, m, v] = [dy, x, mean, variance].map(machine.address) as [number, number, number, number]
    const parts = divideRows(machine, x)
    const [factors, ...totals] = machine.regions(12 * channels, ...parts.map(() => 16 * channels))
    machine.parallel(
      parts.map(({ index, first, count }) => {
        const at = 4 * first * channels
        return ['gradientTotals', above + at, source + at, count, channels, m, totals[index]!]
      }),
    )
    const whole = totals[0]!
    for (const others of totals.slice(1)) machine.run.joinGradientTotals(whole, others, channels)
    const gradients = [dScale, dOffset, dMean, dVariance] as const
    const scaleAt = scale ? machine.address(scale) : 0
    machine.run.channelGradients(whole, rowsOf(x, channels), channels, v, scaleAt, attrs.epsilon, ...gradients, factors)
    machine.parallel(
      parts.map(({ first, count }) => {
        const at = 4 * first * channels
        return ['normalizeGradient', above + at, source + at, count, channels, m, factors, given ? 0 : 1, dx + at]
      }),
    )
    return outputs
  }
}

type AverageInputs = { average: TensorInfo; value: TensorInfo }

function movingAverage(machine: Machine, { inputs, attrs, backend }: KernelArgs<AverageInputs, { share: number }>): TensorInfo {
  const { average, value } = inputs
  const out = backend.makeOutput(average.shape, 'float32')
  const addresses = [machine.address(average), machine.address(value)] as const
  machine.run.moveTowards(...addresses, attrs.share, machine.address(out), util.sizeFromShape(average.shape))
  return out
}

export const batchNormKernels = [
  compiledKernel(FusedBatchNorm, forward),
  compiledKernel(batchNormKernelNames.training, training),
  compiledKernel(batchNormKernelNames.trainingGradient, gradient(false)),
  compiledKernel(batchNormKernelNames.gradient, gradient(true)),
  compiledKernel(batchNormKernelNames.movingAverage, movingAverage),
]
