import {
  backend_util,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  FusedConv2D,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { conv2DBackpropFilter } from '../composed/conv2d-backprop-filter.js'
import { conv2DBackpropInput } from '../composed/conv2d-backprop-input.js'
import type { ConvolutionAttrs } from '../composed/geometry.js'
import type { KernelArgs } from '../kernels.js'
import { type ActivationAttrs, laterActivation, servesActivation, storedActivation } from './activation.js'
import { divideImages, type Images } from './images.js'
import { compiledKernel } from './kernel.js'
import { layerKernelNames } from './kernel-names.js'
import { gradientsOfLayer, type LayerGradientAttrs, type LayerGradientInputs } from './layer-gradient.js'
import type { Machine } from './machine.js'
import { multiplication } from './multiplication.js'
import { sumOfParts } from './parts.js'

type Shape4 = [number, number, number, number]
type Info = backend_util.Conv2DInfo

const isServed = ({ dataFormat = 'NHWC' }: ConvolutionAttrs) => dataFormat === 'NHWC'

/** The forward convolution's geometry, or undefined for a data format that is not served. */
function geometry(inShape: number[], filterShape: number[], attrs: ConvolutionAttrs): Info | undefined {
  if (!isServed(attrs)) return undefined
  const { strides, pad, dimRoundingMode, dilations = 1 } = attrs
  return backend_util.computeConv2DInfo(inShape as Shape4, filterShape as Shape4, strides, dilations, pad, dimRoundingMode, false)
}

/** The forward geometry in the order in which `assembly/shape.ts` reads it. */
export function forwardShape(g: Info): number[] {
  return [
    ...[g.batchSize, g.inHeight, g.inWidth, g.inChannels],
    ...[g.outHeight, g.outWidth, g.outChannels],
    ...[g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth],
    ...[g.padInfo.top, g.padInfo.left, g.dilationHeight, g.dilationWidth],
  ]
}

const dense = (...tensors: TensorInfo[]) => tensors.every(({ dtype }) => dtype === 'float32')

/**
 * Winograd's transforms handle four channels at once, and pay where there are enough of them, and where the 4x4 tiles that cover
 * `height` x `width` results do not hold many that nobody asked for: each costs a quarter of a direct one.
 */
function suitsWinograd(g: Info, height: number, width: number): boolean {
  const threeByThree = g.filterHeight === 3 && g.filterWidth === 3 && g.strideHeight === 1 && g.strideWidth === 1
  const [least, most] = [Math.min(g.inChannels, g.outChannels), Math.max(g.inChannels, g.outChannels)]
  return (
    threeByThree &&
    64 * Math.ceil(height / 4) * Math.ceil(width / 4) < 9 * height * width &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    least >= 16 &&
    most <= 1024 &&
    g.inChannels % 4 === 0 &&
    g.outChannels % 4 === 0
  )
}

/** A filter of one pixel that visits every pixel: the convolution is then a matrix product of [pixels, channels]. */
function isMatrixProduct(g: Info): boolean {
  const onePixel = g.filterHeight === 1 && g.filterWidth === 1 && g.strideHeight === 1 && g.strideWidth === 1
  return onePixel && g.inHeight === g.outHeight && g.inWidth === g.outWidth
}

const pixelsOf = (g: Info) => g.batchSize * g.outHeight * g.outWidth

/** Two for each number that the filter reads for one of the output. */
const workOf = (height: number, width: number, channels: number) => 2 * height * width * channels

type ForwardInputs = { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo; preluActivationWeights?: TensorInfo }

function convolve(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<ForwardInputs, ConvolutionAttrs & ActivationAttrs>,
): TensorInfo | undefined {
  const { x, filter, bias, preluActivationWeights } = inputs
  const g = geometry(x.shape, filter.shape, attrs)
  if (!g || !dense(x, filter) || !servesActivation(attrs)) return undefined
  if (bias && (!dense(bias) || util.sizeFromShape(bias.shape) !== g.outChannels)) return undefined
  const out = backend.makeOutput(g.outShape, 'float32')
  const { run } = machine
  const [source, weights, target] = [machine.address(x), machine.address(filter), machine.address(out)]
  const start = bias ? machine.address(bias) : 0
  const activation = storedActivation(attrs)
  if (isMatrixProduct(g)) {
    const multiply = multiplication(machine, { m: pixelsOf(g), n: g.outChannels, k: g.inChannels, bias: start, activation })
    multiply(source, weights, target)
    return laterActivation(backend, out, attrs, preluActivationWeights)
  }
  const images = divideImages(machine, forwardShape(g), workOf(g.filterHeight, g.filterWidth, g.inChannels))
  if (suitsWinograd(g, g.outHeight, g.outWidth)) {
    const filterBytes = run.winogradFilterBytes(g.inChannels, g.outChannels)
    const [transformed, ...scratch] = machine.regions(filterBytes, ...images.map(({ shape }) => run.winogradScratchBytes(shape)))
    run.winogradFilter(weights, g.inChannels, g.outChannels, transformed)
    machine.parallel(
      images.map(({ index, shape, input, output }) => {
        const [from, to] = [source + input, target + output]
        return ['winograd', shape, from, weights, transformed, to, start, activation, scratch[index]!]
      }),
    )
    return laterActivation(backend, out, attrs, preluActivationWeights)
  }
  const depth = g.filterHeight * g.filterWidth * g.inChannels
  const pixelBytes = 4 * g.outChannels
  const filterBytes = run.packedBytes(depth, g.outChannels)
  const [packed, ...scratch] = machine.regions(filterBytes, ...images.map(({ shape }) => run.gatherScratchBytes(shape)))
  run.packFilter(weights, depth, g.outChannels, packed)
  const steps = [g.outHeight * g.outWidth * pixelBytes, g.outWidth * pixelBytes, pixelBytes] as const
  machine.parallel(
    images.map(({ index, shape, input, output }) => {
      return ['gather', shape, source + input, packed, target + output, ...steps, start, activation, scratch[index]!]
    }),
  )
  return laterActivation(backend, out, attrs, preluActivationWeights)
}

type InputGradientAttrs = ConvolutionAttrs & { inputShape: number[] }

function inputGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ dy: TensorInfo; filter: TensorInfo }, InputGradientAttrs>,
): TensorInfo | undefined {
  const { dy, filter } = inputs
  const g = geometry(attrs.inputShape, filter.shape, attrs)
  if (!g || g.dilationHeight > 1 || g.dilationWidth > 1 || !dense(dy, filter)) return undefined
  const out = backend.makeOutput(attrs.inputShape, 'float32')
  const { run } = machine
  const [source, weights, target] = [machine.address(dy), machine.address(filter), machine.address(out)]
  const { filterHeight, filterWidth, inChannels, outChannels } = g
  if (isMatrixProduct(g)) {
    multiplication(machine, { m: pixelsOf(g), n: inChannels, k: outChannels, transposeB: true })(source, weights, target)
    return out
  }
  if (suitsWinograd(g, g.inHeight, g.inWidth)) {
    const above = [g.batchSize, g.outHeight, g.outWidth, outChannels]
    const below = [g.inHeight, g.inWidth, inChannels, 3, 3, 1, 1, 2 - g.padInfo.top, 2 - g.padInfo.left, 1, 1]
    const images = divideImages(machine, [...above, ...below], workOf(3, 3, outChannels))
    const [turned, transformed, ...scratch] = machine.regions(
      4 * 9 * outChannels * inChannels,
      run.winogradFilterBytes(outChannels, inChannels),
      ...images.map(({ shape }) => run.winogradScratchBytes(shape)),
    )
    run.turnFilter(weights, 3, 3, inChannels, outChannels, 0, 0, 1, 1, turned)
    run.winogradFilter(turned, outChannels, inChannels, transformed)
    machine.parallel(
      images.map(({ index, shape, input, output }) => {
        return ['winograd', shape, source + input, turned, transformed, target + output, 0, 0, scratch[index]!]
      }),
    )
    return out
  }
  const images = divideImages(machine, forwardShape(g), workOf(filterHeight, filterWidth, inChannels))
  const { shape } = images[0]!
  const [packed, ...scratch] = machine.regions(
    run.inputFilterBytes(shape),
    ...images.map(({ shape }) => run.inputGradientScratchBytes(shape)),
  )
  run.packInputFilter(shape, weights, packed)
  machine.parallel(
    images.map(({ index, shape, input, output }) => {
      return ['inputGradient', shape, source + output, packed, target + input, scratch[index]!]
    }),
  )
  return out
}

type FilterGradientAttrs = ConvolutionAttrs & { filterShape: number[] }

function filterGradient(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ x: TensorInfo; dy: TensorInfo }, FilterGradientAttrs>,
): TensorInfo | undefined {
  const { x, dy } = inputs
  const g = geometry(x.shape, attrs.filterShape, attrs)
  if (!g || !dense(x, dy)) return undefined
  const out = backend.makeOutput(attrs.filterShape, 'float32')
  const { run } = machine
  const [source, gradient, target] = [machine.address(x), machine.address(dy), machine.address(out)]
  if (isMatrixProduct(g)) {
    multiplication(machine, { m: g.inChannels, n: g.outChannels, k: pixelsOf(g), transposeA: true })(source, gradient, target)
    return out
  }
  const images = divideImages(machine, forwardShape(g), workOf(g.filterHeight, g.filterWidth, g.inChannels))
  const winograd = suitsWinograd(g, g.outHeight, g.outWidth)
  const name = winograd ? 'winogradFilterGradient' : 'filterGradient'
  const scratchBytes = ({ shape }: Images) =>
    winograd ? run.winogradGradientScratchBytes(shape) : run.filterGradientScratchBytes(shape)
  const size = util.sizeFromShape(attrs.filterShape)
  sumOfParts(machine, images, target, size, scratchBytes, ({ shape, input, output }, sum, scratch) => {
    return [name, shape, source + input, gradient + output, sum, scratch]
  })
  return out
}

function layerGradient(
  machine: Machine,
  args: KernelArgs<LayerGradientInputs, FilterGradientAttrs & LayerGradientAttrs>,
): TensorInfo[] | undefined {
  const { inputs, attrs, backend } = args
  const { x } = inputs
  if (!isServed(attrs)) return undefined
  return gradientsOfLayer(machine, args, dy => filterGradient(machine, { inputs: { x, dy }, attrs, backend })!)
}

export const conv2DKernels = [
  compiledKernel(Conv2D, convolve),
  compiledKernel(FusedConv2D, convolve),
  compiledKernel(Conv2DBackpropInput, inputGradient, conv2DBackpropInput),
  compiledKernel(Conv2DBackpropFilter, filterGradient, conv2DBackpropFilter),
  compiledKernel(layerKernelNames.conv2D, convolve),
  compiledKernel(layerKernelNames.conv2DGradient, layerGradient),
]
