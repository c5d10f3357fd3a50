import * as tf from '@tensorflow/tfjs-core'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it, vi } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { holdStatistics } from './hold-statistics.js'
import { parametersOf, weightsOf } from './parameters.js'

beforeAll(useCpu)

/** A batch norm, and one more in a nested model. */
const net = () =>
  sequential({
    layers: [
      layers.batchNormalization({ inputShape: [2] }),
      sequential({
        layers: [
          layers.activation({ activation: 'relu', inputShape: [2] }),
          layers.batchNormalization(),
          layers.dense({ units: 1 }),
        ],
      }),
    ],
  })

/** Which running means a training pass moves. */
function moved(model: Sequential): string[] {
  const means = () =>
    weightsOf(model).flatMap(({ name, variable }) => (name.includes('moving_mean') ? [[name, variable.dataSync()] as const] : []))
  const before = new Map(means())
  tf.tidy(
    () =>
      model.apply(
        tf.tensor2d([
          [1, 2],
          [3, 9],
        ]),
        { training: true },
      ) as tf.Tensor,
  )
  return means().flatMap(([name, values]) => (values.every((v, i) => v === before.get(name)![i]) ? [] : [name]))
}

const of = (model: Sequential, layer: string) => parametersOf(model).filter(({ name }) => name.startsWith(layer))

it('holds the statistics of the layers that own the parameters, and lets all others move', () => {
  const model = net()
  expect(moved(model)).toEqual(['0.moving_mean', '1.1.moving_mean'])
  holdStatistics(model, of(model, '1.'))
  expect(moved(model)).toEqual(['0.moving_mean'])
  holdStatistics(model, of(model, '1.'))
  expect(moved(model)).toEqual(['0.moving_mean'])
  holdStatistics(model, of(model, '0.'))
  expect(moved(model)).toEqual(['1.1.moving_mean'])
  holdStatistics(model, [])
  expect(moved(model)).toEqual(['0.moving_mean', '1.1.moving_mean'])
})

it('normalizes by the held statistics, not by the batch', () => {
  const model = net()
  const [norm] = model.layers
  const x = tf.tensor2d([
    [1, 2],
    [3, 9],
  ])
  const inferred = (norm!.apply(x, { training: false }) as tf.Tensor).dataSync()
  expect((norm!.apply(x, { training: true }) as tf.Tensor).dataSync()).not.toEqual(inferred)
  norm!.setWeights([tf.ones([2]), tf.zeros([2]), tf.zeros([2]), tf.ones([2])])
  holdStatistics(model, of(model, '0.'))
  expect((norm!.apply(x, { training: true }) as tf.Tensor).dataSync()).toEqual(inferred)
})

it('leaves a batch norm in two places held in both', () => {
  const shared = layers.batchNormalization({ inputShape: [2] })
  const [a, b] = [sequential({ layers: [shared] }), sequential({ layers: [layers.batchNormalization({ inputShape: [2] })] })]
  b.add(shared)
  holdStatistics(a, of(a, '0.'))
  expect(moved(b)).toEqual(['0.moving_mean'])
  holdStatistics(b, [])
  expect(moved(a)).toEqual(['0.moving_mean'])
})

it('lets a layer follow its class again, which may have been accelerated while it was held', () => {
  const model = net()
  const [norm] = model.layers
  holdStatistics(model, of(model, '0.'))
  const accelerated = vi.spyOn(Object.getPrototypeOf(norm), 'call')
  holdStatistics(model, [])
  moved(model)
  expect(accelerated.mock.contexts).toContain(norm)
  accelerated.mockRestore()
})

it('has nothing to hold in a plain object', () => {
  const w = tf.variable(tf.zeros([1]))
  expect(() => holdStatistics({ apply: (x: tf.Tensor | tf.Tensor[]) => x, trainableWeights: [w] }, [])).not.toThrow()
  w.dispose()
})
