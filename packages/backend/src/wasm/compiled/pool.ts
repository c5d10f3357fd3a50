import { AvgPoolGrad, backend_util, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { maxPoolGrad } from '../composed/max-pool-grad.js'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'

type Pad = Parameters<typeof backend_util.computePool2DInfo>[4]

interface Attrs {
  readonly filterSize: number | [number, number]
  readonly strides: number | [number, number]
  readonly pad: Pad
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** The geometry in the order in which `assembly/pool.ts` reads it. */
function geometry(machine: Machine, x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: Attrs) {
  const g = backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  )
  return machine.integers([
    ...[g.batchSize, g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth],
    ...[g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth, g.padInfo.top, g.padInfo.left],
  ])
}

function maxPoolGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ dy: TensorInfo; input: TensorInfo; output: TensorInfo }, Attrs>,
): TensorInfo | undefined {
  const { dy, input, output } = inputs
  if (input.dtype !== 'float32') return undefined
  const dx = backend.makeOutput(input.shape, 'float32')
  const [x, y, gradient] = [machine.address(input), machine.address(output), machine.address(dy)]
  machine.run.maxPoolGradient(geometry(machine, input, attrs), x, y, gradient, machine.address(dx))
  return dx
}

function averagePoolGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ dy: TensorInfo; input: TensorInfo }, Attrs>,
): TensorInfo | undefined {
  const { dy, input } = inputs
  if (input.dtype !== 'float32') return undefined
  const dx = backend.makeOutput(input.shape, 'float32')
  machine.run.averagePoolGradient(geometry(machine, input, attrs), machine.address(dy), machine.address(dx))
  return dx
}

export const poolKernels = [
  compiledKernel(MaxPoolGrad, maxPoolGradient, maxPoolGrad),
  compiledKernel(AvgPoolGrad, averagePoolGradient),
]
