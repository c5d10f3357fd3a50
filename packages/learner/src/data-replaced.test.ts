import { DataBunch } from '@onecycle/data'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { mlp, points, tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** Images of one colour, bright or dark, of any size. */
const images = (n: number, size: number) => {
  const x = Float32Array.from({ length: n * size * size }, (_, i) => Math.floor(i / size ** 2) % 2)
  return { x, y: Int32Array.from({ length: n }, (_, i) => i % 2) }
}

it('is trained on and validated from the next fit on', async () => {
  const learn = tinyLearner({ metrics: [accuracy] })
  await learn.fit_one_cycle(1, 1e-2)
  const data = points({ train: 20, valid: 8, seed: 9 })
  learn.data = data
  expect(learn.data).toBe(data)
  expect(learn.n_train_iter).toBe(5)
  const { nb_batches, lrs, val_losses } = await learn.fit_one_cycle(3, 1e-2)
  expect(nb_batches).toEqual([5, 5, 5])
  expect(lrs.at(-1)).toBeLessThan(1e-3)
  expect(val_losses.at(-1)).toBe((await learn.validate())['valid_loss'])
  expect((await learn.get_preds()).preds.shape).toEqual([8, 2])
  expect((await learn.lr_find({ num_it: 7 })).lrs).toHaveLength(7)
})

it('may be larger images, for a model that takes them', async () => {
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2 }),
    ],
  })
  const bunch = (size: number) => DataBunch.from_arrays({ ...images(8, size), shape: [size, size, 1], bs: 4 })
  const learn = new Learner(bunch(4), model, { progress: false })
  await learn.fit(1e-2, 1)
  learn.data = bunch(8)
  await expect(learn.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed' })
})

it('follows the seed that was given to the Learner, and its own where none was', async () => {
  const run = async (seed?: number, dataSeed = 7) => {
    const learn = new Learner(points(), mlp(), { progress: false, ...(seed !== undefined && { seed }) })
    learn.data = points({ train: 32, seed: 2 })
    if (dataSeed !== 7) learn.data.train_dl.reseed!(dataSeed)
    const state = learn.data.train_dl.state()
    return { state, losses: (await learn.fit(1e-2, 1)).losses }
  }
  const fresh = new Learner(points({ train: 32, seed: 2 }), mlp(), { progress: false, seed: 5 })
  expect((await run(5)).state).toEqual(fresh.data.train_dl.state())
  expect((await run(5)).losses).toEqual((await run(5)).losses)
  expect((await run()).state).toEqual(points({ train: 32, seed: 2 }).train_dl.state())
  expect((await run(5)).losses).not.toEqual((await run(6)).losses)
})

describe('is refused whole', () => {
  const floats = (n: number, width: number) => ({ x: new Float32Array(n * width), shape: [width] })
  it.each([
    ['of another shape', () => DataBunch.from_arrays({ ...floats(4, 3), y: [0, 1, 0, 1], bs: 2 }), /takes \[batch, 2\]/],
    ['of more classes', () => DataBunch.from_arrays({ ...floats(4, 2), y: [0, 1, 2, 3], bs: 2 }), /4 classes/],
    [
      'of values in place of labels',
      () => DataBunch.from_arrays({ ...floats(4, 2), y: Float32Array.from([0, 1, 2, 3]), bs: 2 }),
      /are values, but this Learner was made for labels of classes/,
    ],
    ['a promise', () => Promise.resolve(points()) as never, /await/],
    ['a data set', () => points().train_ds as never, /from_datasets/],
    ['nothing', () => undefined as never, /The data of a Learner is undefined; expected a DataBunch/],
  ])('%s', async (_, data, message) => {
    const learn = tinyLearner({ seed: 3 })
    const before = learn.data
    const state = before.train_dl.state()
    expect(() => {
      learn.data = data()
    }).toThrow(message)
    expect([learn.data, learn.data.train_dl.state()]).toEqual([before, state])
  })

  it.each(['before_fit', 'after_batch', 'after_epoch', 'after_fit'] as const)('in %s of a fit', async event => {
    const learn = tinyLearner()
    const before = learn.data
    let told = ''
    await learn.fit(1e-2, 2, {
      callbacks: [
        {
          [event]() {
            try {
              learn.data = points({ train: 20 })
            } catch (error) {
              told = (error as Error).message
            }
          },
        },
      ],
    })
    expect(told).toMatch(/^data was set while fit is running on this Learner, and its batches are those that it began with/)
    expect([learn.data, learn.recorder.history.nb_batches]).toEqual([before, [2, 2]])
    learn.data = points({ train: 20 })
  })
})
