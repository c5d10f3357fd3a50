import { join } from 'node:path'
import { type Callback, CancelValidate, type EventName, SaveModel } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mae } from '../loss/regression.js'
import { accuracy } from '../metric/classification.js'
import { AverageMetric, type Metric } from '../metric/metric.js'
import { RootMeanSquaredError } from '../metric/regression.js'
import { parametersOf, weightsOf } from '../model/parameters.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const weights = (learn: Learner) => weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])
const make = (callbacks: Callback<Learner>[] = []) =>
  new Learner(points({ train: 10 }), mlp(), { progress: false, metrics: [accuracy], seed: 3, callbacks })

/** What can be seen of the loop, but for the tensors, and where all that is random stands. */
const visible = (learn: Learner) => {
  const { epoch, n_iter, iter, train_iter, pct_train, training, bs, lossValue, reason } = learn
  const { xb, yb, pred, loss } = learn
  return {
    ...{ epoch, n_iter, iter, train_iter, pct_train, training, bs, lossValue, reason },
    ...{ xb, yb, pred, loss, values: { ...learn.values } },
    random: { data: learn.data.train_dl.state(), valid: learn.data.valid_dl!.state(), other: learn.random.state() },
  }
}

const pauses = [
  ...(['before_fit', 'before_epoch', 'before_train', 'after_batch', 'after_train'] as const),
  ...(['before_validate', 'after_validate', 'after_epoch', 'after_fit'] as const),
]
const within = ['before_batch', 'after_backward', 'before_step', 'after_step'] as const

describe('between the batches of a fit, a callback', () => {
  it.each(pauses)('measures in %s, and nothing of the training changes', async event => {
    const plain = make()
    const expected = await plain.fit(1e-2, 3)
    const seen: string[] = []
    const measure: Callback<Learner> = {
      order: 40,
      run_valid: false,
      [event]: async (learn: Learner) => {
        const before = visible(learn)
        const tensors = tf.memory().numTensors
        const figures = await learn.validate()
        expect(figures).toEqual({ valid_loss: expect.any(Number), accuracy: expect.any(Number) })
        if (event === 'after_epoch') expect(figures).toMatchObject({ valid_loss: learn.values['valid_loss'] })
        await learn.validate(learn.data.train_dl)
        const { preds, targets } = await learn.get_preds(learn.data.train_dl)
        tf.dispose([preds, targets, learn.predict(tf.tidy(() => tf.zeros([1, 2])))])
        expect(preds.shape).toEqual([10, 2])
        expect(visible(learn)).toEqual(before)
        expect(tf.memory().numTensors).toBe(tensors + 1)
        seen.push(event)
      },
    }
    const learn = make([measure])
    const history = await learn.fit(1e-2, 3)
    expect(seen.length).toBeGreaterThan(0)
    expect(weights(learn)).toEqual(weights(plain))
    const timeless = (rows: readonly object[]) => rows.map(row => ({ ...row, time: 0 }))
    expect({ ...history, epochs: timeless(history.epochs) }).toEqual({ ...expected, epochs: timeless(expected.epochs) })
    expect(learn.random.state()).toEqual(plain.random.state())
    expect(learn.data.train_dl.state()).toEqual(plain.data.train_dl.state())
  })

  it.each(within)('cannot in %s: it is told where it can', async event => {
    const refused: unknown[] = []
    const measure: Callback<Learner> = {
      run_valid: false,
      [event]: async (learn: Learner) => {
        for (const call of [learn.validate(), learn.get_preds(), learn.load('x')])
          refused.push(await call.catch((error: Error) => error.message))
      },
    }
    await make([measure]).fit(1e-2, 1)
    for (const what of ['validate', 'get_preds', 'load'])
      expect(refused).toContainEqual(
        expect.stringMatching(
          new RegExp(
            `^${what} was called while fit is running on this Learner \\(in ${event}\\)\\. Await the first call.*In a callback, ${what} can be awaited between batches: in before_fit.*after_epoch`,
          ),
        ),
      )
  })

  it('is waited for when it does not wait', async () => {
    const plain = make()
    await plain.fit(1e-2, 3)
    const figures: Promise<unknown>[] = []
    const learn = make([{ after_epoch: learn => void figures.push(learn.validate()) }])
    const { val_losses } = await learn.fit(1e-2, 3)
    expect(weights(learn)).toEqual(weights(plain))
    expect(await Promise.all(figures)).toMatchObject(val_losses.map(valid_loss => ({ valid_loss })))
  })

  it('hears the batches of what it measures, which it may change, and no end of a pass but the epoch’s own', async () => {
    const heard: EventName[] = []
    const learn = make([
      {
        before_validate: () => void heard.push('before_validate'),
        before_batch(learn) {
          if (!learn.training) learn.xb = tf.zerosLike(learn.xb as tf.Tensor)
        },
        async after_validate(learn) {
          heard.push('after_validate')
          const figures = await learn.validate()
          expect(figures['valid_loss']).toBe(learn.values['valid_loss'])
        },
      },
    ])
    await learn.fit(1e-2, 2)
    expect(heard).toEqual(['before_validate', 'after_validate', 'before_validate', 'after_validate'])
  })

  it('leaves what stateful layers remember', async () => {
    const make = (callbacks: Callback<Learner>[] = []) => {
      const kernelInitializer = initializers.glorotUniform({ seed: 4 })
      const model = sequential({
        layers: [
          layers.lstm({
            ...{ units: 3, stateful: true, batchInputShape: [2, 3, 1] },
            ...{ kernelInitializer, recurrentInitializer: kernelInitializer },
          }),
          layers.dense({ units: 1, kernelInitializer }),
        ],
      })
      const x = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i))
      const y = Float32Array.from({ length: 8 }, (_, i) => Math.sin(3 * i + 3))
      const data = DataBunch.from_arrays({ x, y, shape: [3, 1], valid: { x: x.slice(0, 12), y: y.slice(0, 4) }, bs: 2, seed: 1 })
      return new Learner(data, model, { progress: false, callbacks })
    }
    const plain = make()
    await plain.fit(1e-2, 2)
    const tensors: number[] = []
    const measure: Callback<Learner> = {
      async before_epoch(learn) {
        tensors.push(tf.memory().numTensors)
        await learn.validate()
        tf.dispose(Object.values(await learn.get_preds()))
        tf.dispose(learn.predict(tf.tidy(() => tf.ones([2, 3, 1]))))
        tensors.push(tf.memory().numTensors)
      },
      after_batch: learn => tf.dispose(learn.predict(Array.from({ length: 2 }, () => [[1], [2], [3]]))),
    }
    const learn = make([measure])
    await learn.fit(1e-2, 2)
    expect(weights(learn)).toEqual(weights(plain))
    expect(tensors[3]! - tensors[2]!).toBe(1)
  })

  it('draws no bar for what it measures', async () => {
    const written: string[] = []
    const progress = { stream: { isTTY: true, columns: 80, write: (text: string) => void written.push(text) } }
    const last: Callback<Learner> = { order: 100, after_epoch: async learn => void (await learn.validate(learn.data.train_dl)) }
    await new Learner(points(), mlp(), { progress, callbacks: [last] }).fit(1e-2, 1)
    expect(written.at(-1)).toMatch(/^0 +\d/)
  })

  it('leaves the metrics as they were', async () => {
    const share: Metric & { right: number } = {
      name: 'share',
      right: 0,
      reset() {
        this.right = 0
      },
      accumulate(pred) {
        this.right += (pred as tf.Tensor).shape[0]!
      },
      get value() {
        return this.right
      },
    }
    const metrics: Metric[] = [share, new RootMeanSquaredError(), new AverageMetric(mae)]
    const data = DataBunch.from_arrays({
      x: new Float32Array(20),
      y: new Float32Array(10),
      shape: [2],
      valid_pct: 0.5,
      bs: 2,
      seed: 1,
    })
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] })
    const seen: number[][] = []
    const measure: Callback<Learner> = {
      async after_epoch(learn) {
        const before = metrics.map(({ value }) => value)
        await learn.validate(learn.data.train_dl)
        seen.push(
          before,
          metrics.map(({ value }) => value),
        )
      },
    }
    await new Learner(data, model, { metrics, progress: false, callbacks: [measure] }).fit(1e-2, 2)
    expect(seen).toHaveLength(4)
    for (const i of [0, 2]) expect(seen[i]).toEqual(seen[i + 1])
    expect(seen[0]![0]).toBe(5)
  })

  it('may cut its measuring short', async () => {
    let cut = false
    const learn = make([
      {
        before_batch() {
          if (cut) throw new CancelValidate()
        },
        async after_epoch(learn) {
          cut = true
          expect(await learn.validate()).toEqual({})
          cut = false
        },
      },
    ])
    expect((await learn.fit(1e-2, 1)).val_losses).toHaveLength(1)
  })

  it('loads what was saved, as SaveModel does at the end', async () => {
    const fname = join(await temporaryFolder(), 'best')
    const learn = make()
    await learn.fit(1e-2, 2, { callbacks: [new SaveModel(learn, { fname, log: () => {} })] })
    await learn.fit(1e-2, 2, { callbacks: [{ before_epoch: async learn => void (await learn.load(fname)) }] })
    expect(learn.reason).toBe('completed')
  })
})

describe('save', () => {
  it.each(['after_batch', 'after_step', 'before_step', 'after_epoch', 'after_pred', 'after_loss'] as const)(
    'from %s without await has the weights of one moment',
    async event => {
      const folder = await temporaryFolder()
      const at: number[][][] = []
      const files: Promise<string>[] = []
      const learn = make([
        {
          run_valid: false,
          [event]: (learn: Learner) => {
            files.push(learn.save(join(folder, `${files.length}`), { with_opt: false }))
            at.push(weights(learn))
          },
        },
      ])
      await learn.fit(1e-1, 3)
      expect(files.length).toBeGreaterThan(2)
      for (const [i, file] of (await Promise.all(files)).entries())
        expect(weights(await make().load(file, { with_opt: false }))).toEqual(at[i])
    },
  )

  it('without await has the weights of one moment when others are put in their place', async () => {
    const learn = make()
    const [start, other] = [weights(learn), await make().getWeights()]
    await learn.fit(1e-1, 1)
    const trained = weights(learn)
    const file = learn.save(join(await temporaryFolder(), 'trained'))
    await learn.setWeights(other)
    expect(weights(learn)).toEqual(start)
    expect(weights(await make().load(await file))).toEqual(trained)
  })

  it('right before a fit, and at any time from elsewhere, has the weights of one moment', async () => {
    const folder = await temporaryFolder()
    const learn = make()
    const first = learn.save(join(folder, 'first'))
    // What training changes by steps: running statistics move with the prediction.
    const stepped = (learn: Learner) => JSON.stringify(parametersOf(learn.model).map(({ variable }) => [...variable.dataSync()]))
    const moments = [stepped(learn)]
    const fit = learn.fit(1e-1, 10, { callbacks: [{ after_step: learn => void moments.push(stepped(learn)) }] })
    const files: string[] = []
    let running = true
    fit.finally(() => {
      running = false
    })
    while (running) files.push(await learn.save(join(folder, `${files.length}`), { with_opt: false }))
    expect(files.length).toBeGreaterThan(2)
    const saved = (file: string) => make().load(file, { with_opt: false }).then(stepped)
    expect(await saved(await first)).toBe(moments[0])
    for (const file of files) expect(moments).toContain(await saved(file))
  })
})

it('measures a training set whole and in order, and does not move it', async () => {
  const x = Float32Array.from({ length: 20 }, (_, i) => i)
  const y = Int32Array.from({ length: 10 }, (_, i) => i % 2)
  const model = () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] })
  const learn = new Learner(DataBunch.from_arrays({ x, y, shape: [2], bs: 4, seed: 5 }), model(), { progress: false })
  const before = learn.data.train_dl.state()
  const { preds, targets } = await learn.get_preds(learn.data.train_dl)
  expect([...targets.dataSync()]).toEqual([...y])
  // In batches of the same sizes: a backend's products of other sizes may round otherwise.
  const parts = [x.subarray(0, 8), x.subarray(8, 16), x.subarray(16)]
  const whole = tf.concat(parts.map(part => learn.predict(tf.tensor2d(part, [part.length / 2, 2])) as tf.Tensor))
  expect([...preds.dataSync()]).toEqual([...whole.dataSync()])
  await learn.validate(learn.data.train_dl)
  expect(learn.data.train_dl.state()).toEqual(before)
})

it('lets a fit go on in after_fit of another Learner, and not of its own', async () => {
  const [a, b] = [tinyLearner(), tinyLearner()]
  const nested: Callback<Learner> = {
    async after_fit(learn) {
      await b.fit(1e-2, 1)
      await expect(learn.fit(1e-2, 1)).rejects.toThrow('fit was called while fit is running on this Learner (in after_fit)')
    },
  }
  await a.fit(1e-2, 1, { callbacks: [nested] })
  expect([a.reason, b.reason]).toEqual(['completed', 'completed'])
})
