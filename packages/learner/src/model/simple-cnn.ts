import { Random } from '@onecycle/data'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { ConvLayer } from './conv-layer.js'

export interface SimpleCnnOptions {
  /** Size of each filter. Default 3. */
  kernelSizes?: readonly number[]
  /** Stride of each convolution. Default 2. */
  strides?: readonly number[]
  /** Batch norm after each convolution but the last, which then has no bias. Default false. */
  bn?: boolean
  /** Seed of the initial weights; random without it. */
  seed?: number
}

/**
 * fastai's `simple_cnn`: convolutions with ReLU between the given numbers of channels (the last one too), then the mean
 * over the image. Input [batch, height, width, actns[0]], output [batch, actns.at(-1)] logits.
 *
 * `simple_cnn([3, 16, 16, 2])` has 3,058 parameters. Source: fastai 1, `vision/learner.py` and `layers.py`.
 *
 * @param actns channels of the input and after each convolution
 * @throws RangeError when the lists do not fit together.
 * @example
 * const model = simple_cnn([3, 16, 16, 2], { seed: 42 })
 */
export function simple_cnn(actns: readonly number[], options: SimpleCnnOptions = {}): Sequential {
  const convolutions = actns.length - 1
  const { kernelSizes = Array(convolutions).fill(3), strides = Array(convolutions).fill(2), bn = false, seed } = options
  if (convolutions < 1 || kernelSizes.length !== convolutions || strides.length !== convolutions) {
    throw new RangeError(
      `simple_cnn got ${actns.length} channel counts, ${kernelSizes.length} kernelSizes and ${strides.length} strides, but expects ` +
        'at least 2 channel counts (input and output), and one kernel size and one stride for each step between them.',
    )
  }
  const random = seed === undefined ? undefined : new Random(seed).fork('simple_cnn')
  const model = sequential()
  for (let i = 0; i < convolutions; i++) {
    const normalized = bn && i < convolutions - 1
    model.add(
      new ConvLayer({
        filters: actns[i + 1]!,
        kernelSize: kernelSizes[i],
        strides: strides[i],
        useBias: !normalized,
        ...(i === 0 ? { inputShape: [null, null, actns[0]!] } : {}),
        ...(random ? { seed: random.int(2 ** 31 - 1) + 1 } : {}),
      }),
    )
    if (normalized) model.add(layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }))
  }
  model.add(layers.globalAveragePooling2d({}))
  return model
}
