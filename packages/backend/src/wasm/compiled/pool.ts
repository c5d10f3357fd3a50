import { AvgPool, AvgPoolGrad, backend_util, MaxPool, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { avgPoolGrad } from '../composed/avg-pool-grad.js'
import { maxPoolGrad } from '../composed/max-pool-grad.js'
import type { KernelArgs } from '../kernels.js'
import { forwardShape } from './conv2d.js'
import { divideImages, type Images } from './images.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { TOUCH } from './parts.js'

type PoolInfoArgs = Parameters<typeof backend_util.computePool2DInfo>

interface Attrs {
  readonly filterSize: PoolInfoArgs[1]
  readonly strides: PoolInfoArgs[2]
  readonly pad: PoolInfoArgs[4]
  readonly dimRoundingMode?: PoolInfoArgs[5]
}

function geometry(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: Attrs) {
  return backend_util.computePool2DInfo(x.shape as PoolInfoArgs[0], filterSize, strides, 1, pad, dimRoundingMode)
}

/** The stock kernels answer -Infinity to a NaN: the first of a window's maximum, any of its mean. */
function pool(name: 'maxPool' | 'averagePool') {
  return (machine: Machine, { inputs: { x }, attrs, backend }: KernelArgs<{ x: TensorInfo }, Attrs>): TensorInfo | undefined => {
    if (x.dtype !== 'float32') return undefined
    const g = geometry(x, attrs)
    const out = backend.makeOutput(g.outShape, 'float32')
    const [source, target] = [machine.address(x), machine.address(out)]
    const images = divideImages(machine, forwardShape(g), g.filterHeight * g.filterWidth * TOUCH)
    machine.parallel(images.map(({ shape, input, output }) => [name, shape, source + input, target + output]))
    return out
  }
}

/** The attributes of a gradient say nothing of how sizes were rounded; dy's shape does. */
function imagesOfGradient(machine: Machine, dy: TensorInfo, input: TensorInfo, attrs: Attrs): Images[] {
  const [, outHeight, outWidth] = dy.shape as PoolInfoArgs[0]
  const g = { ...geometry(input, attrs), outHeight, outWidth }
  return divideImages(machine, forwardShape(g), g.filterHeight * g.filterWidth * TOUCH)
}

type GradientInputs = { dy: TensorInfo; input: TensorInfo }

function maxPoolGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<GradientInputs & { output: TensorInfo }, Attrs>,
): TensorInfo | undefined {
  const { dy, input, output } = inputs
  if (input.dtype !== 'float32') return undefined
  const dx = backend.makeOutput(input.shape, 'float32')
  const [x, y, above, target] = [input, output, dy, dx].map(machine.address) as [number, number, number, number]
  machine.parallel(
    imagesOfGradient(machine, dy, input, attrs).map(images => {
      const [from, to] = [x + images.input, target + images.input]
      return ['maxPoolGradient', images.shape, from, y + images.output, above + images.output, to]
    }),
  )
  return dx
}

function averagePoolGradient(
  machine: Machine,
  { inputs: { dy, input }, attrs, backend }: KernelArgs<GradientInputs, Attrs>,
): TensorInfo | undefined {
  if (input.dtype !== 'float32') return undefined
  const dx = backend.makeOutput(input.shape, 'float32')
  const [above, target] = [machine.address(dy), machine.address(dx)]
  machine.parallel(
    imagesOfGradient(machine, dy, input, attrs).map(images => {
      return ['averagePoolGradient', images.shape, above + images.output, target + images.input]
    }),
  )
  return dx
}

export const poolKernels = [
  compiledKernel(MaxPool, pool('maxPool')),
  compiledKernel(AvgPool, pool('averagePool')),
  compiledKernel(MaxPoolGrad, maxPoolGradient, maxPoolGrad),
  compiledKernel(AvgPoolGrad, averagePoolGradient, avgPoolGrad),
]
