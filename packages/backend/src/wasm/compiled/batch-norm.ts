import { FusedBatchNorm, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { batchNormKernelNames } from './kernel-names.js'
import type { Machine } from './machine.js'

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
  const scratch = machine.scratch(machine.run.batchNormScratchBytes(channels))
  const optional = (p: TensorInfo | undefined) => (p ? machine.address(p) : 0)
  const statistics = [machine.address(mean), machine.address(variance)] as const
  const rows = rowsOf(x, channels)
  machine.run.normalize(
    machine.address(x),
    rows,
    channels,
    ...statistics,
    optional(scale),
    optional(offset),
    attrs.varianceEpsilon,
    machine.address(y),
    scratch,
  )
  return y
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
  const scratch = machine.scratch(machine.run.batchNormScratchBytes(channels))
  const rows = rowsOf(x, channels)
  const [source, m, v] = [machine.address(x), machine.address(mean), machine.address(variance)]
  machine.run.moments(source, rows, channels, m, v, scratch)
  machine.run.normalize(
    source,
    rows,
    channels,
    m,
    v,
    machine.address(gamma),
    machine.address(beta),
    attrs.epsilon,
    machine.address(y),
    scratch,
  )
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
    const scratch = machine.scratch(machine.run.batchNormScratchBytes(channels))
    const statistics = [machine.address(mean), machine.address(variance), scale ? machine.address(scale) : 0] as const
    const [dyAt, xAt, rows] = [machine.address(dy), machine.address(x), rowsOf(x, channels)]
    machine.run.batchNormGradient(
      dyAt,
      xAt,
      rows,
      channels,
      ...statistics,
      attrs.epsilon,
      dx,
      dScale,
      dOffset,
      dMean,
      dVariance,
      scratch,
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
