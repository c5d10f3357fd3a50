import type { Random } from '@onecycle/platform'
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { ConvLayer } from '../conv-layer.js'
import { batchNorm } from '../dense-blocks.js'

interface ConvNorm {
  filters: number
  /** Default 3. */
  kernelSize?: number
  /** Default 1. */
  strides?: number
  /** Whether ReLU is applied last. Default true. */
  relu?: boolean
  /** Whether it answers with zeros at first, so that a block which adds it to its input begins as if it were not there. Default false. */
  zero?: boolean
}

/** Layers one after the other. */
export function through(x: SymbolicTensor, ...chain: layers.Layer[]): SymbolicTensor {
  return chain.reduce((x, layer) => layer.apply(x) as SymbolicTensor, x)
}

/** Convolution without a bias, batch norm with fastai's momentum, ReLU. Layers are called `${name}_conv`, `${name}_norm`, `${name}_relu`. */
export function convNorm(x: SymbolicTensor, name: string, options: ConvNorm, random: Random | undefined): SymbolicTensor {
  const { filters, kernelSize = 3, strides = 1, relu = true, zero = false } = options
  const normed = through(
    x,
    convolution({ filters, kernelSize, strides, useBias: false, name: `${name}_conv` }, random),
    batchNorm(`${name}_norm`, zero ? { gammaInitializer: 'zeros' } : {}),
  )
  return relu ? through(normed, layers.reLU({ name: `${name}_relu` })) : normed
}

/** A convolution without activation, whose weights the random stream decides, where there is one. */
export function convolution(options: ConstructorParameters<typeof ConvLayer>[0], random: Random | undefined): ConvLayer {
  return new ConvLayer({ activation: 'linear', ...options, ...(random && { seed: random.int(2 ** 31 - 1) }) })
}

/** Halves pictures by the highest of each 3 x 3 places, two apart, as PyTorch's pooling with a padding of 1 after ReLU does. */
export function overlappingPool(x: SymbolicTensor, name: string): SymbolicTensor {
  return through(
    x,
    layers.zeroPadding2d({ padding: [1, 1], name: `${name}_padding` }),
    layers.maxPooling2d({ poolSize: 3, strides: 2, name }),
  )
}

/** Halves pictures by the highest of each 2 x 2 places. */
export function halved(x: SymbolicTensor, name: string): SymbolicTensor {
  return through(x, layers.maxPooling2d({ poolSize: 2, strides: 2, name }))
}

/** What a block makes of its input, added to it. */
export function added(made: SymbolicTensor, input: SymbolicTensor, name: string): SymbolicTensor {
  const sum = layers.add({ name: `${name}_add` }).apply([made, input]) as SymbolicTensor
  return through(sum, layers.reLU({ name: `${name}_relu` }))
}
