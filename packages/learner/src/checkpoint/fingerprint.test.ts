import { type Callback, ParamScheduler, SchedLin } from '@onecycle/callbacks'
import { type Batch, DataBunch, type Dataset, TfDataStream } from '@onecycle/data'
import { memory, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { type LayersModel, layers, model as modelOf, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { adam, sgd } from '../optimizer/index.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { Checkpoint } from './checkpoint-callback.js'
import { dataPrint } from './fingerprint.js'

beforeAll(useCpu)

interface Program {
  data?: DataBunch
  model?: LayersModel
  options?: LearnerOptions
  fit?: undefined | ((learn: Learner, resume: string, callbacks: Callback<Learner>[]) => Promise<unknown>)
}

const killed: Callback<Learner> = {
  order: 3e9,
  before_batch: ({ train_iter }) => {
    if (train_iter === 3) throw new Error('killed')
  },
}

const oneCycle: Program['fit'] = (learn, resume, callbacks) => learn.fit_one_cycle(2, 1e-2, { resume, callbacks })
const atOneRate =
  (lr: number): Program['fit'] =>
  (learn, resume, callbacks) =>
    learn.fit(lr, 2, { resume, callbacks })

/** Begins a program in a folder, where it is killed unless it goes on from another one's checkpoint. */
async function run(
  dir: string,
  { data = points(), model = mlp(), options, fit = oneCycle }: Program,
  callbacks: Callback<Learner>[],
) {
  const said: string[] = []
  const learn = new Learner(data, model, { progress: false, seed: 1, log: line => void said.push(line), ...options })
  await fit!(learn, dir, [new Checkpoint({ dir, every: { batches: 1 } }), ...callbacks])
  return said
}

async function goesOn(first: Program, second: Program): Promise<string[]> {
  const dir = await temporaryFolder()
  await expect(run(dir, first, [killed])).rejects.toThrow('killed')
  return run(dir, second, [])
}

const dense = (activation: 'relu' | 'tanh', units = 2) =>
  sequential({ layers: [layers.dense({ units: 4, activation, inputShape: [2] }), layers.dense({ units })] })

/** Two ways through two layers of one size, joined: which of them gets what. */
function branches(crossed: boolean): LayersModel {
  const x = layers.input({ shape: [2] })
  const [first, second] = [layers.dense({ units: 2 }), layers.dense({ units: 2 })]
  const a = first.apply(x)
  const b = second.apply(crossed ? x : a)
  return modelOf({ inputs: x, outputs: layers.add().apply([a, b] as never) as never })
}

/** The same numbers but for one sample. */
function other(part: 'train' | 'valid'): DataBunch {
  const { train_ds, valid_ds } = points()
  const changed = (set: Dataset): Dataset => ({
    ...{ length: set.length, inputShape: set.inputShape, targetShape: set.targetShape, target: set.target, c: set.c },
    batch(indices) {
      const batch = set.batch(indices) as Batch
      const x = (batch.xs as Tensor).arraySync() as number[][]
      const xs = tensor2d(x.map((row, i) => (indices[i] === 3 ? [row[0]! + 1e-6, row[1]!] : row)))
      ;(batch.xs as Tensor).dispose()
      return { ...batch, xs }
    },
  })
  const parts = { train: train_ds!, valid: valid_ds!, [part]: changed(part === 'train' ? train_ds! : valid_ds!) }
  return DataBunch.from_datasets(parts.train, parts.valid, { bs: 4, seed: 7 })
}

describe('a fit goes on', () => {
  it('with the same program, made anew, in whose process other layers were made before', async () => {
    const said = await goesOn({ model: dense('relu') }, { model: dense('relu') })
    expect(said).toEqual([expect.stringMatching(/^The fit goes on from/)])
  })

  it.each<[string, Program, Program, RegExp]>([
    [
      'another activation',
      { model: dense('relu') },
      { model: dense('tanh') },
      /does not fit: activation of layer 0 of the model \(Dense\) is "relu" there, and "tanh" here\. To begin anew, give another folder/,
    ],
    [
      'a layer more',
      { model: dense('relu') },
      { model: sequential({ layers: [...dense('relu').layers, layers.dropout({ rate: 0.1 })] }) },
      /the layers of the model are 2 there, and 3 here/,
    ],
    [
      'other connections',
      { model: branches(false) },
      { model: branches(true) },
      /layer 2 of the model .Dense. gets its inputs from the layers/,
    ],
    [
      'another optimizer',
      {},
      { options: { optimizer: sgd({ mom: 0.9 }) } },
      /the optimizer is "adam" there, and "sgd momentum" here\. To begin/,
    ],
    [
      'another weight decay, and another eps',
      { options: { wd: 0.1 } },
      { options: { wd: 0.2, optimizer: adam({ eps: 1e-3 }) } },
      /the optimizer's eps is .* there, and \[0.001\] here; the optimizer's wd is \[0.1\] there, and \[0.2\] here|wd is \[0.1\] there, and \[0.2\] here.*eps/,
    ],
    [
      'another constant rate',
      { fit: atOneRate(0.1) },
      { fit: atOneRate(0.2) },
      /the optimizer's lr is \[0.1\] there, and \[0.2\] here/,
    ],
    ['another sample', {}, { data: other('train') }, /the training data has other samples than there/],
    ['another sample to validate on', {}, { data: other('valid') }, /the validation data has other samples than there/],
    ['more samples', {}, { data: points({ valid: 6 }) }, /the samples of the validation data are 4 there, and 6 here/],
    [
      'no validation data',
      {},
      { data: points({ valid: 0 }) },
      /the samples of the validation data are 4 there, and nothing here/,
    ],
    [
      'other batches',
      { data: points({ train: 24 }) },
      { data: points({ train: 24, bs: 3 }) },
      /2 epochs of 6 batches, and this one 2 epochs of 8/,
    ],
    [
      'a schedule that differs for a moment',
      {
        fit: (learn, resume, callbacks) =>
          learn.fit(1e-2, 2, { resume, callbacks: [...callbacks, new ParamScheduler({ lr: SchedLin(0.1, 0) })] }),
      },
      {
        fit: (learn, resume, callbacks) => {
          const lr = (step: number, steps: number) => SchedLin(0.1, 0)(step, steps) + Number(step === 2) / 100
          return learn.fit(1e-2, 2, { resume, callbacks: [...callbacks, new ParamScheduler({ lr })] })
        },
      },
      /whose rates are not those of this one/,
    ],
  ])('not with %s', async (_, first, second, message) => {
    await expect(goesOn(first, second)).rejects.toThrow(message)
  })

  it('with data that comes otherwise each time, as by chance, and with such as fails', async () => {
    let calls = 0
    const odd = (fails: boolean): DataBunch => {
      const { train_ds } = points()
      const { batch, ...rest } = { ...train_ds!, batch: train_ds!.batch.bind(train_ds) }
      const shown: Dataset = {
        ...rest,
        batch(indices) {
          if (fails && indices.length !== 4) throw new Error('cannot be read so')
          const given = batch(indices) as Batch
          const xs = (given.xs as Tensor).add(++calls) as Tensor
          ;(given.xs as Tensor).dispose()
          return { ...given, xs }
        },
      }
      return DataBunch.from_datasets(shown, undefined, { bs: 4 })
    }
    for (const fails of [false, true]) expect(await goesOn({ data: odd(fails) }, { data: odd(fails) })).toHaveLength(1)
  })

  it('with a source that decides its order, and says that it is skipped forward', async () => {
    const source = () => ({
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 2; i++)
          yield {
            xs: tensor2d([
              [i, 1],
              [1, i],
            ]),
            ys: tensor1d([0, 1], 'int32'),
          }
      },
    })
    const data = () =>
      new DataBunch({
        ...{
          train_dl: new TfDataStream(source(), { bs: 2, length: 2 }),
          inputShape: [2],
          targetShape: [],
          target: 'class',
          c: 2,
        },
      } as never)
    const said = await goesOn({ data: data() }, { data: data() })
    expect(said.filter(line => line.includes('skipped'))).toEqual([
      expect.stringMatching(/source that decides its order: 1 batches are skipped/),
    ])
  })
})

it('looks at a hundred samples of a large data set, always the same, and leaves nothing behind', async () => {
  const seen: number[] = []
  const large = points({ train: 5000, valid: 0 })
  const watched = DataBunch.from_datasets({
    ...{ length: 5000, inputShape: [2], targetShape: [], target: 'class', c: 2 },
    batch: indices => {
      seen.push(...indices)
      return large.train_ds!.batch(indices)
    },
  })
  const printOf = (data: DataBunch) => dataPrint({ data, ...data, valid_dl: data.valid_dl })
  const before = memory().numTensors
  const first = await printOf(watched)
  expect(await printOf(watched)).toEqual(first)
  expect(first.train).toMatchObject({ samples: 5000, bs: 64, hash: expect.stringMatching(/^[\da-f]{64}$/) })
  expect(new Set(seen).size).toBeGreaterThan(95)
  expect(new Set(seen).size).toBeLessThanOrEqual(100)
  expect(memory().numTensors).toBe(before)
  seen.length = 0
  const awaited = DataBunch.from_datasets({
    ...{ length: 5000, inputShape: [2], targetShape: [], target: 'class', c: 2, asynchronous: true },
    batch: async indices => {
      seen.push(...indices)
      return large.train_ds!.batch(indices)
    },
  })
  expect((await printOf(awaited)).train.hash).toHaveLength(64)
  expect(Math.max(...seen) - Math.min(...seen)).toBe(19)
  expect(memory().numTensors).toBe(before)
})
