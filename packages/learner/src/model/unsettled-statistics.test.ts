import { DataBunch } from '@onecycle/data'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const model = (momentum?: number): Sequential =>
  sequential({
    layers: [
      layers.batchNormalization({ inputShape: [1], name: 'norm', ...(momentum !== undefined && { momentum }) }),
      layers.dense({ units: 1 }),
    ],
  })

/** Every input is 1, so that the running mean is the part of its beginning that is gone. */
function learner(net: Sequential) {
  const [x, y] = [new Float32Array(20).fill(1), new Float32Array(20)]
  const said: string[] = []
  const log = (line: string) => void said.push(line)
  return { learn: new Learner(DataBunch.from_arrays({ x, y, bs: 2 }), net, { progress: false, log }), said, net }
}

const meanOf = (net: Sequential) => net.getLayer('norm').getWeights()[2]!.dataSync()[0]!

it('says once how much of its beginning is left, which is what the mean lacks', async () => {
  const { learn, said, net } = learner(model())
  await learn.fit(1e-3, 2)
  expect(1 - meanOf(net)).toBeCloseTo(0.99 ** 20, 5)
  expect(said).toEqual([
    'The running statistics of norm still hold 82 % of what they began with: at momentum 0.99, 20 batches are too few for them to settle, ' +
      'and the model is measured and used with them. Give it momentum: 0.9, or train longer.',
  ])
  await learn.fit(1e-3, 1)
  expect(said).toHaveLength(1)
})

it('says nothing of statistics that settle in time', async () => {
  const { learn, said } = learner(model(0.9))
  await learn.fit(1e-3, 3)
  expect(said).toEqual([])
})

it('says nothing of statistics that do not train', async () => {
  const { learn, said, net } = learner(model())
  net.getLayer('norm').trainable = false
  await learn.fit(1e-3, 1)
  expect(said).toEqual([])
})

it('says nothing of what was trained before, nor after a search', async () => {
  const net = model()
  const first = learner(net)
  await first.learn.fit(1e-3, 1)
  const second = learner(net)
  await second.learn.lr_find({ num_it: 30 })
  await second.learn.fit(1e-3, 1)
  expect(second.said.filter(line => line.includes('statistics'))).toEqual([])
})
