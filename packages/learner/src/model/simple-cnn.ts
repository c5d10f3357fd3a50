import { checkOptions, keepNames, kind, Random, rangeError, show, typeError } from '@onecycle/platform'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { ConvLayer } from './conv-layer.js'

/** What `simple_cnn` is given: kernels and strides of its layers, batch normalization, and the seed. */
export interface SimpleCnnOptions {
  /** Height and width of each convolution's filters. Default 3 everywhere. */
  kernelSizes?: readonly number[] | undefined
  /** Stride of each convolution. Default 2 everywhere. */
  strides?: readonly number[] | undefined
  /** Whether batch norm takes the place of the bias, after each convolution but the last. Default false. */
  bn?: boolean | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

/**
 * fastai's `simple_cnn`: convolutions with ReLU between the given numbers of channels (the last one too), then the mean
 * over the image. Input [batch, height, width, actns[0]], output [batch, actns.at(-1)] logits.
 *
 * `simple_cnn([3, 16, 16, 2])` has 3,058 parameters. Source: fastai 1, `vision/learner.py` and `layers.py`.
 *
 * @param actns channels of the input, and of each convolution's output
 * @throws RangeError when the lists do not fit together, or hold what is no positive whole number.
 * @example
 * const model = simple_cnn([3, 16, 16, 2], { seed: 42 })
 */
export function simple_cnn(actns: readonly number[], options: SimpleCnnOptions = {}): Sequential {
  checkOptions<SimpleCnnOptions>('simple_cnn', options, {
    ...{ kernelSizes: kind.list, strides: kind.list, bn: kind.boolean, seed: kind.any },
  })
  if (!kind.list.fits(actns))
    throw typeError('layer-sizes', `simple_cnn takes a list of channel counts, such as [3, 16, 16, 2], but got ${show(actns)}.`)
  const convolutions = actns.length - 1
  const {
    kernelSizes = Array(Math.max(0, convolutions)).fill(3),
    strides = Array(Math.max(0, convolutions)).fill(2),
    bn = false,
    seed,
  } = options
  if (convolutions < 1 || kernelSizes.length !== convolutions || strides.length !== convolutions) {
    throw rangeError(
      'layer-sizes',
      `simple_cnn got ${actns.length} channel counts, ${kernelSizes.length} kernelSizes and ${strides.length} strides, but expects ` +
        'at least 2 channel counts (input and output), and one kernel size and one stride for each step between them.',
    )
  }
  if (!Number.isInteger(actns[0]) || actns[0]! < 1)
    throw rangeError(
      'layer-sizes',
      `simple_cnn got ${show(actns[0])} channels of the input, but expects a positive whole number.`,
    )
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
        ...(random ? { seed: random.int(2 ** 31 - 1) } : {}),
      }),
    )
    if (normalized) model.add(layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5 }))
  }
  model.add(layers.globalAveragePooling2d({}))
  return model
}

keepNames({ simple_cnn })
