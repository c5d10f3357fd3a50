import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { accelerateLayers } from './accelerate-layers.js'
import { dropoutName } from './kernel-names.js'
import { runKernelOfMany } from './run-kernel.js'

beforeAll(async () => {
  useKernels('compiled')
  accelerateLayers(layers)
  await tf.setBackend('wasm')
})

/** Numbers, and among them NaN and the infinities. */
const given = (n: number) => numbers(n, 5).map((value, i) => [Number.NaN, Number.POSITIVE_INFINITY, -0][i - 3] ?? value)

describe('dropout in one kernel', () => {
  it.each([
    [0, 0.5, 1],
    [1, 0.5, 0.25],
    [3, 0.1, 7],
    [9, 0.9, 123456789],
    [1000, 0.3, 0.7071067811865477],
    [4097, 0.04, 'a text'],
    [257, 1 - 1e-9, 2],
    [257, 1e-9, 3],
  ])('of %i numbers, %f of them, with the seed %s, has the bits of tf.dropout', (n, rate, seed) => {
    tf.tidy(() => {
      const x = tf.tensor1d(given(n))
      const [y, mask] = runKernelOfMany(dropoutName, { x }, { rate, seed })
      expect(y!.dataSync()).toEqual(n ? tf.dropout(x, rate, undefined, seed).dataSync() : new Float32Array(0))
      if (n) expect(mask!.dataSync()).toEqual(tf.dropout(tf.onesLike(x), rate, undefined, seed).dataSync())
    })
  })

  it('draws one number in a layer, as tf.dropout does, and has its gradients, also those of gradients', () => {
    const random = vi.spyOn(Math, 'random')
    const layer = layers.dropout({ rate: 0.4 })
    tf.tidy(() => {
      const x = tf.tensor2d(numbers(60), [6, 10])
      const dy = tf.tensor2d(numbers(60, 2), [6, 10])
      const passes = (f: (x: tf.Tensor) => tf.Tensor) => {
        random.mockReset().mockReturnValueOnce(0.5).mockReturnValueOnce(0.75)
        const first = tf.grad(f)(x, dy).dataSync()
        const second = tf
          .grad(x => tf.grad(x => tf.square(f(x)))(x, dy))(x)
          .dataSync()
        return [[...first], [...second], random.mock.calls.length]
      }
      const ours = passes(x => layer.apply(x, { training: true }) as tf.Tensor)
      expect(ours).toEqual(passes(x => tf.dropout(x, 0.4)))
      expect(ours[2]).toBe(2)
    })
    random.mockRestore()
  })

  it('leaves inputs as they are outside of training', () => {
    tf.tidy(() => {
      const x = tf.tensor1d(numbers(8))
      expect((layers.dropout({ rate: 0.4 }).apply(x) as tf.Tensor).dataSync()).toEqual(x.dataSync())
    })
  })

  it('leaves a seed of the layer and a shape of the noise to the layer', () => {
    tf.tidy(() => {
      const x = tf.tensor2d(numbers(60), [6, 10])
      const seeded = layers.dropout({ rate: 0.4, seed: 3 }).apply(x, { training: true }) as tf.Tensor
      expect(seeded.dataSync()).toEqual(tf.dropout(x, 0.4, undefined, 3).dataSync())
      const rows = layers.dropout({ rate: 0.4, noiseShape: [6, 1] }).apply(tf.onesLike(x), { training: true }) as tf.Tensor
      for (const row of rows.arraySync() as number[][]) expect(new Set(row).size).toBe(1)
    })
  })
})
