import { join } from 'node:path'
import { SaveModel } from '@onecycle/callbacks'
import { memory, train } from '@tensorflow/tfjs-core'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { weightsOf } from '../model/parameters.js'
import { adam, type OptimizerFactory, sgd } from '../optimizer/index.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

/** A body, and a head of so many units. */
const network = (units = 2, hidden = 4): Sequential =>
  sequential({ layers: [layers.dense({ units: hidden, inputShape: [2] }), layers.dense({ units })] })

function make(optimizer: LearnerOptions['optimizer'] = adam(), model = network()) {
  const said: string[] = []
  const learn = new Learner(points(), model, { optimizer, progress: false, log: line => said.push(line) })
  return { learn, said }
}

const weights = ({ model }: Learner) =>
  Object.fromEntries(weightsOf(model).map(({ name, variable }) => [name, [...variable.dataSync()]]))

/** Everything that a load could change. */
const everything = async (learn: Learner) => ({
  weights: weights(learn),
  optimizer: await learn.opt.state(),
  order: learn.data.train_dl.state(),
  random: learn.random.state(),
  tensors: memory().numTensors,
})

async function saved(optimizer?: LearnerOptions['optimizer'], options: { with_opt?: boolean } = {}) {
  const { learn } = make(optimizer)
  await learn.fit(1e-2, 1)
  return { path: await learn.save(join(await temporaryFolder(), 'model'), options), learn }
}

describe('another optimizer', () => {
  it('is refused with the way out, and nothing is changed', async () => {
    const { path, learn } = await saved(adam())
    const { learn: other } = make(sgd({ mom: 0.9 }))
    await other.fit(1e-2, 1)
    const before = await everything(other)
    await expect(other.load(path)).rejects.toThrow(/optimizer adam, this one is sgd.*load\(path, \{ with_opt: false \}\)/)
    expect(await everything(other)).toEqual(before)
    expect(other.loaded).toBeUndefined()
    await other.load(path, { with_opt: false })
    expect(weights(other)).toEqual(weights(learn))
    expect((await everything(other)).optimizer).toEqual(before.optimizer)
    expect(other.loaded).toMatchObject({ file: path, optimizer: false, order: false })
  })

  it('of tf.train is refused so, too', async () => {
    const { path } = await saved(train.adam(0.01))
    for (const optimizer of [train.momentum(0.1, 0.9), train.adamax(0.01), adam()])
      await expect(make(optimizer).learn.load(path)).rejects.toThrow(/with_opt: false/)
  })

  it('other layer groups are refused with the way out', async () => {
    const { path } = await saved()
    const grouped = new Learner(points(), network(), { optimizer: adam(), layer_groups: [1], progress: false })
    await expect(grouped.load(path)).rejects.toThrow(/2 layer groups.*with_opt: false/)
  })

  it('a file without its state is said, or refused where it is asked for', async () => {
    const { path, learn } = await saved(adam(), { with_opt: false })
    const { learn: other, said } = make()
    await other.load(path)
    expect(said).toEqual([expect.stringMatching(/optimizer did not go on from .*saved without the state of an optimizer/)])
    expect(weights(other)).toEqual(weights(learn))
    await expect(other.load(path, { with_opt: true })).rejects.toThrow(/without the state of an optimizer.*with_opt: false/)
  })
})

describe('another head', () => {
  const heads: [string, Sequential, RegExp][] = [
    ['of other units', network(3), /the model has 1\.kernel \[4,3\], 1\.bias \[3\].*strict: false/],
    [
      'more',
      sequential({ layers: [...network(2).layers, layers.dense({ units: 2 })] }),
      /the model has 2\.kernel \[2,2\].*strict: false/,
    ],
    ['less', sequential({ layers: [network(2).layers[0]!] }), /1\.kernel \[4,2\], 1\.bias \[2\] was saved.*strict: false/],
  ]

  it.each(heads)('%s is refused with the way out, and nothing is changed', async (_, model, message) => {
    const { path } = await saved()
    const { learn } = make(adam(), model)
    const before = await everything(learn)
    await expect(learn.load(path)).rejects.toThrow(message)
    expect(await everything(learn)).toEqual(before)
  })

  it("with the optimizer's state, where that is insisted on, is refused if its slots do not fit", async () => {
    const { path } = await saved()
    const { learn } = make(adam(), network(3))
    const before = await everything(learn)
    await expect(learn.load(path, { strict: false, with_opt: true })).rejects.toThrow(/shape.*with_opt: false/)
    expect(await everything(learn)).toEqual(before)
  })

  it('takes what fits by name and shape, says what it took, and leaves the rest as it was', async () => {
    const { path, learn } = await saved()
    const { learn: other, said } = make(adam(), network(3))
    const before = weights(other)
    await other.load(path, { strict: false })
    expect(weights(other)).toEqual({ ...before, '0.kernel': weights(learn)['0.kernel'], '0.bias': weights(learn)['0.bias'] })
    expect(other.loaded).toEqual({
      file: path,
      taken: ['0.kernel', '0.bias'],
      missing: ['1.kernel [4,3]', '1.bias [3]'],
      unexpected: ['1.kernel [4,2]', '1.bias [2]'],
      optimizer: false,
      order: true,
    })
    expect(said).toEqual([
      expect.stringMatching(/optimizer did not go on.*shape/),
      expect.stringMatching(
        /2 of the model's 4 weights were taken\. Left as they were: 1\.kernel \[4,3\], .*Not used of the file: 1\.kernel \[4,2\]/,
      ),
    ])
    await other.fit(1e-2, 1)
  })

  it('is loaded whole where all fits, optimizer included', async () => {
    const { path, learn } = await saved()
    const { learn: other } = make()
    await other.load(path, { strict: false })
    expect(other.loaded).toMatchObject({ missing: [], unexpected: [], optimizer: true, order: true })
    expect((await everything(other)).optimizer).toEqual((await everything(learn)).optimizer)
  })

  it('is refused where nothing at all fits', async () => {
    const { path } = await saved()
    const { learn } = make(adam(), network(3, 5))
    await expect(learn.load(path, { strict: false })).rejects.toThrow(/no weight that fits this model/)
  })
})

describe('an optimizer that keeps its state to itself', () => {
  it('of a person’s own, too, leaves the weights to be saved', async () => {
    const secretive: OptimizerFactory = (groups, options) =>
      Object.assign(sgd()(groups, options), { state: () => Promise.reject(new Error('My state is a secret.')) })
    const { learn, said } = make(secretive)
    await learn.fit(1e-2, 1)
    const path = await learn.save(join(await temporaryFolder(), 'model'))
    expect(said).toEqual([expect.stringMatching(/model.safetensors has no state of the optimizer. My state is a secret/)])
    await make().learn.load(path)
    await expect(learn.save(path, { with_opt: true })).rejects.toThrow(/secret.*with_opt: false/)
  })

  it('saves the weights and says what is missing; insisted on, it is refused', async () => {
    const at = await temporaryFolder()
    const { learn, said } = make(train.adamax(0.01))
    await learn.fit(1e-2, 1)
    const path = await learn.save(join(at, 'model'))
    expect(said).toEqual([expect.stringMatching(/model.safetensors has no state of the optimizer. tf.train.adamax cannot save/)])
    await expect(learn.save(join(at, 'all'), { with_opt: true })).rejects.toThrow(/adamax.*save\(path, \{ with_opt: false \}\)/)
    const { learn: other } = make(train.adamax(0.01))
    await other.load(path)
    expect(weights(other)).toEqual(weights(learn))
    await learn.fit(1e-2, 2, { callbacks: [new SaveModel(learn, { fname: join(at, 'best'), log() {} })] })
    await learn.fit(1e-2, 2, { callbacks: [new SaveModel(learn, { restore_best: true, log() {} })] })
  })

  it('is not searched with, since nothing could put it back', async () => {
    const { learn } = make(train.adamax(0.01))
    const before = weights(learn)
    await expect(learn.lr_find({ num_it: 2 })).rejects.toThrow(/lr_find cannot put it back.*adamax\(\)/)
    expect(weights(learn)).toEqual(before)
  })
})

it('metadata are written beside the weights, and read without loading', async () => {
  const path = join(await temporaryFolder(), 'model')
  const { learn } = make()
  await learn.save(path, { metadata: { dataset: 'points', note: '' } })
  expect(await learn.metadataOf(path)).toEqual({ dataset: 'points', note: '' })
  expect(await learn.metadataOf(`${path}-none`)).toBeUndefined()
  await expect(learn.save(path, { metadata: { format: 'x' } })).rejects.toThrow(/cannot have format/)
  await expect(learn.save(path, { metadata: { n: 3 as never } })).rejects.toThrow(/metadata.n must be a string/)
  await expect(learn.save(path, { withOpt: false } as never)).rejects.toThrow(/save has no option withOpt. Did you mean with_opt/)
  await expect(learn.load(path, { strickt: false } as never)).rejects.toThrow(/Did you mean strict/)
  await expect(learn.load(path, { with_opt: 'no' } as never)).rejects.toThrow(/load: with_opt must be true or false/)
})
