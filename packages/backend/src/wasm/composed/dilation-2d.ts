import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  backend_util,
  Dilation2D,
  Dilation2DBackpropFilter,
  Dilation2DBackpropInput,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'

type DilationArgs = Parameters<typeof backend_util.computeDilation2DInfo>
type Inputs = { x: TensorInfo; filter: TensorInfo }
type Attrs = { strides: DilationArgs[2]; pad: DilationArgs[3]; dilations: DilationArgs[5] }

/**
 * Grayscale dilation, the largest sum of pixel and filter in each window, and its gradients, which go to the first of the largest. The
 * stock kernels start from the smallest positive float, so that no result is negative.
 */
export function dilation2D({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { x, filter } = inputs
  const g = dilationInfo(inputs, attrs)
  const out = backend.makeOutput(g.outShape, x.dtype)
  const [target, values, weights] = numbersOf(backend, out, x, filter)
  eachLargest(backend, inputs, g, (output, pixel, tap) => {
    target[output] = values[pixel]! + weights[tap]!
  })
  return out
}

type GradientArgs = KernelArgs<Inputs & { dy: TensorInfo }, Attrs>

export function dilation2DBackpropInput({ inputs, attrs, backend }: GradientArgs): TensorInfo {
  return gathered(backend, inputs, attrs, inputs.x.shape, (_, pixel) => pixel)
}

export function dilation2DBackpropFilter({ inputs, attrs, backend }: GradientArgs): TensorInfo {
  return gathered(backend, inputs, attrs, inputs.filter.shape, (_, __, tap) => tap)
}

/** Adds up the gradient of every output where `place` says, in a tensor of this shape. */
function gathered(backend: BackendWasm, inputs: GradientArgs['inputs'], attrs: Attrs, shape: number[], place: Place): TensorInfo {
  const gradient = backend.makeOutput(shape, 'float32')
  const [target, grads] = numbersOf(backend, gradient, inputs.dy)
  target.fill(0)
  eachLargest(backend, inputs, dilationInfo(inputs, attrs), (output, pixel, tap) => {
    target[place(output, pixel, tap)]! += grads[output]!
  })
  return gradient
}

type Place = (output: number, pixel: number, tap: number) => number

function dilationInfo({ x, filter }: Inputs, { strides, pad, dilations }: Attrs) {
  const [images, taps] = [x.shape as DilationArgs[0], filter.shape as DilationArgs[1]]
  return backend_util.computeDilation2DInfo(images, taps, strides, pad, 'NHWC', dilations)
}

/** Visits every output with the pixel and the tap whose sum is the largest of its window. */
function eachLargest(
  backend: BackendWasm,
  { x, filter }: Inputs,
  g: ReturnType<typeof dilationInfo>,
  visit: (output: number, pixel: number, tap: number) => void,
): void {
  const [values, weights] = numbersOf(backend, x, filter)
  const channels = g.inChannels
  let output = 0
  for (let n = 0; n < g.batchSize; n++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let column = 0; column < g.outWidth; column++) {
        for (let c = 0; c < channels; c++, output++) {
          let largest = Number.NEGATIVE_INFINITY
          let [pixel, tap] = [-1, -1]
          for (let i = 0; i < g.filterHeight; i++) {
            const inRow = row * g.strideHeight - g.padInfo.top + i * g.dilationHeight
            if (inRow < 0 || inRow >= g.inHeight) continue
            for (let j = 0; j < g.filterWidth; j++) {
              const inColumn = column * g.strideWidth - g.padInfo.left + j * g.dilationWidth
              if (inColumn < 0 || inColumn >= g.inWidth) continue
              const place = ((n * g.inHeight + inRow) * g.inWidth + inColumn) * channels + c
              const weight = (i * g.filterWidth + j) * channels + c
              const sum = values[place]! + weights[weight]!
              if (pixel >= 0 && !(sum > largest)) continue
              largest = sum
              pixel = place
              tap = weight
            }
          }
          visit(output, pixel, tap)
        }
      }
    }
  }
}

export const dilation2DKernels = [
  trainingKernel(Dilation2D, 'composed', dilation2D),
  trainingKernel(Dilation2DBackpropInput, 'composed', dilation2DBackpropInput),
  trainingKernel(Dilation2DBackpropFilter, 'composed', dilation2DBackpropFilter),
]
