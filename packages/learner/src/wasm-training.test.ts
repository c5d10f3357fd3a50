// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import { datasets } from '@onecycle/data'
import { dispose, memory, randomNormal, setBackend } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { weightsOf } from './model/parameters.js'
import { simple_cnn } from './model/simple-cnn.js'

beforeAll(() => setBackend('wasm'))

const threesAndSevens = (bn: boolean) =>
  datasets.mnist_sample({ bs: 256 }).then(data => {
    return new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 5, bn }), { metrics: [accuracy], seed: 6, progress: false })
  })

it.each([
  ['without', false],
  ['with', true],
])('on wasm, %s batch norm: the same seed gives the same bits, nothing leaks, and it learns', async (_, bn) => {
  const run = async () => {
    const learn = await threesAndSevens(bn)
    await learn.lr_find({ num_it: 10 })
    const tensors = memory().numTensors
    const { losses, epochs } = await learn.fit_one_cycle(1, 2e-2)
    const slots = Object.keys((await learn.opt.state()).parameters).length * 2
    expect(memory().numTensors).toBe(tensors + slots)
    const weights = weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])
    return { losses, accuracy: epochs[0]!['accuracy']!, weights }
  }
  const [first, second] = [await run(), await run()]
  expect(first).toEqual(second)
  expect(first.accuracy).toBeGreaterThan(0.9)
})

it('on wasm, who else holds the data of the weights changes no bit: a search gives them data of their own', async () => {
  const run = async (search: boolean) => {
    const learn = await threesAndSevens(false)
    // The model's variables share the data of these tensors as long as they are there.
    const start = weightsOf(learn.model).map(({ variable }, i) => randomNormal(variable.shape, 0, 0.1, 'float32', i + 1))
    for (const [i, { variable }] of weightsOf(learn.model).entries()) variable.assign(start[i]!)
    const before = start.map(tensor => [...tensor.dataSync()])
    if (search) await learn.lr_find({ num_it: 10 })
    await learn.fit(1, 1e-2)
    expect(start.map(tensor => [...tensor.dataSync()])).toEqual(before)
    dispose(start)
    return weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])
  }
  expect(await run(true)).toEqual(await run(false))
})
