import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Callback, TerminateOnNaN } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { DivergedError } from './diverged.js'
import { Learner } from './learner.js'
import { mse } from './loss/regression.js'
import { accuracy } from './metric/classification.js'
import { weightsOf } from './model/parameters.js'
import type { TrainableModel } from './model/trainable-model.js'
import { sgd } from './optimizer/index.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)
afterEach(() => {
  vi.restoreAllMocks()
})

const weights = (learn: Learner) => weightsOf(learn.model).map(({ name, variable }) => [name, [...variable.dataSync()]])
const tensors = () => tf.memory().numTensors

/** Calls back once, in the given training batch. */
const atBatch = (
  batch: number,
  act: (learn: Learner) => void,
  event: 'before_batch' | 'after_loss' | 'after_batch' = 'after_batch',
) => {
  const callback: Callback<Learner> = {
    order: 1000,
    run_valid: false,
    [event]: (learn: Learner) => {
      if (learn.iter === batch) act(learn)
    },
  }
  return callback
}

/** The mean of the predictions, which tells when it is differentiated. */
const watchedLoss = (backward: () => void) => {
  const mean = tf.customGrad((x, save) => {
    ;(save as tf.GradSaveFunc)([x as tf.Tensor])
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
      backward()
      return tf.mul(tf.onesLike(saved!), dy)
    }
    return { value: tf.mean(x as tf.Tensor), gradFunc }
  })
  return (pred: tf.Tensor | tf.Tensor[]) => mean(pred as tf.Tensor) as tf.Scalar
}

describe('training', () => {
  it('learns, and records every batch and epoch', async () => {
    const learn = tinyLearner({ metrics: [accuracy] })
    const history = await learn.fit_one_cycle(20, 5e-2)
    expect(history.reason).toBe('completed')
    expect(history.losses).toHaveLength(40)
    expect(history.epochs).toHaveLength(20)
    expect(history.smooth_losses.at(-1)).toBeLessThan(history.losses[0]! / 2)
    expect(history.lrs[0]).toBeCloseTo(5e-2 / 25, 12)
    expect(Math.max(...history.lrs)).toBeCloseTo(5e-2, 12)
    expect(history.moms[12]).toBeCloseTo(0.85, 12)
    expect(Object.keys(history.epochs[0]!)).toEqual(
      expect.arrayContaining(['epoch', 'train_loss', 'valid_loss', 'accuracy', 'time']),
    )
  })

  it('gives the same bits for the same seed', async () => {
    const run = async () => (await tinyLearner({ seed: 3 }).fit_one_cycle(3, 1e-2)).losses
    expect(await run()).toEqual(await run())
  })

  it('visits the batches in another order for another seed', async () => {
    const run = async (seed: number) => (await tinyLearner({ seed }).fit(1e-2, 2)).losses
    expect(await run(3)).not.toEqual(await run(4))
  })

  it('equals a loop written by hand', async () => {
    const data = points()
    const byHand = mlp()
    const learn = new Learner(data, mlp(), { progress: false, optimizer: sgd({ mom: 0 }), wd: 0 })
    const start = data.train_dl.state()
    await learn.fit(0.1, 1)
    data.train_dl.restore(start)
    const optimizer = tf.train.sgd(0.1)
    for (const { xs, ys } of data.train_dl as Iterable<{ xs: tf.Tensor; ys: tf.Tensor }>) {
      optimizer.minimize(() => {
        const logits = byHand.apply(xs, { training: true }) as tf.Tensor2D
        return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.cast(ys, 'int32'), 2), logits) as tf.Scalar
      })
    }
    const expected = weightsOf(byHand).flatMap(({ variable }) => [...variable.dataSync()])
    const actual = weights(learn).flatMap(([, values]) => values as number[])
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5)
  })

  it('trains a model that is a plain object, on values', async () => {
    const w = tf.variable(tf.zeros([2, 1]), true, 'w')
    const model: TrainableModel = { apply: x => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), trainableWeights: [w] }
    const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * 1.3))
    const y = Float32Array.from({ length: 32 }, (_, i) => 2 * x[2 * i]! - 3 * x[2 * i + 1]!)
    const learn = new Learner(DataBunch.from_arrays({ x, y, shape: [2], bs: 8 }), model, { loss: mse, progress: false, wd: 0 })
    await learn.fit(0.1, 100)
    expect(w.dataSync()[0]).toBeCloseTo(2, 2)
    expect(w.dataSync()[1]).toBeCloseTo(-3, 2)
  })

  it('trains a model with two inputs', async () => {
    const a = layers.input({ shape: [2], name: 'a' })
    const b = layers.input({ shape: [3], name: 'b' })
    const { model: functional } = await import('@tensorflow/tfjs-layers')
    const out = layers.dense({ units: 2 }).apply(layers.concatenate().apply([a, b]) as ReturnType<typeof layers.input>)
    const model = functional({ inputs: [a, b], outputs: out as ReturnType<typeof layers.input> })
    const n = 8
    const x = [Array.from({ length: n }, (_, i) => [i, 1]), Array.from({ length: n }, (_, i) => [1, i, 2])]
    const data = DataBunch.from_arrays({
      x: { a: x[0]!, b: x[1]! },
      y: Array.from({ length: n }, (_, i) => i % 2),
      bs: 4,
    } as never)
    const history = await new Learner(data, model, { progress: false }).fit(1e-2, 2)
    expect(history.losses).toHaveLength(4)
  })

  it('accepts an optimizer of tf.train, and says what it cannot do', async () => {
    const learn = tinyLearner({ optimizer: tf.train.momentum(0.1, 0.9) })
    const history = await learn.fit_one_cycle(20, 5e-2)
    expect(history.moms[0]).toBeCloseTo(0.95, 6)
    expect(history.smooth_losses.at(-1)).toBeLessThan(history.losses[0]! / 2)
    expect(() => tinyLearner({ optimizer: tf.train.adam(), wd: 0.1 })).toThrow(/no weight decay/)
  })

  it('asks for the loss before the backward pass, so that a GPU is never idle while it is waited for', async () => {
    const order: string[] = []
    const read = vi.spyOn(tf.backend(), 'read').mockImplementation(function (this: tf.KernelBackend, id) {
      order.push('loss asked for')
      return Promise.resolve(this.readSync(id)) as never
    })
    const loss = watchedLoss(() => order.push('backward'))
    const learn = tinyLearner({ loss, callbacks: [{ before_step: () => void order.push('step') }] })
    await learn.fit(1e-2, 1)
    expect(order.slice(0, 3)).toEqual(['loss asked for', 'backward', 'step'])

    // On a GPU a loss that is disposed while it is read gives an error: the one that ended the pass is told, and no other is left over.
    read.mockImplementation(() => new Promise((_, reject) => setTimeout(reject, 5, new Error('disposed'))))
    const fails = watchedLoss(() => {
      throw new Error('no gradient')
    })
    await expect(tinyLearner({ loss: fails }).fit(1e-2, 1)).rejects.toThrow('no gradient')
    await new Promise(resolve => setTimeout(resolve, 20))
  })

  it.each<[string, (pred: tf.Tensor) => unknown, RegExp]>([
    ['a loss for each sample', pred => tf.mean(pred, 1), /The loss is a tensor of shape \[\d\]; expected a scalar/],
    ['a promise', async pred => tf.mean(pred), /The loss is a promise; expected a scalar/],
    ['a number', pred => tf.mean(pred).dataSync()[0], /The loss is -?[\d.e-]+; expected a scalar/],
  ])('refuses %s as the loss, in training and in validation, and leaves nothing behind', async (_, loss, message) => {
    const learn = tinyLearner({ loss: loss as never })
    const before = tensors()
    await expect(learn.validate()).rejects.toThrow(message)
    await expect(learn.fit(1e-2, 1)).rejects.toThrow(message)
    expect(tensors()).toBe(before)
    const replacing = tinyLearner({
      callbacks: [
        {
          after_loss(l) {
            l.loss = loss(l.pred as tf.Tensor) as tf.Scalar
          },
        },
      ],
    })
    await expect(replacing.fit(1e-2, 1)).rejects.toThrow(message)
  })

  it('leaves normalization and biases undecayed unless asked', async () => {
    const decayed = async (wd_bn_bias: boolean) => {
      const learn = tinyLearner({ optimizer: sgd({ mom: 0 }), wd: 0.5, wd_bn_bias })
      const freeze: Callback<Learner> = {
        after_backward({ grads }) {
          for (const [name, grad] of Object.entries(grads)) grads[name] = tf.zerosLike(grad)
        },
      }
      const before = new Map(weightsOf(learn.model).map(({ name, variable }) => [name, [...variable.dataSync()]]))
      await learn.fit(0.1, 1, { callbacks: [freeze] })
      return weightsOf(learn.model)
        .filter(
          ({ name, variable }) => !name.includes('moving') && variable.dataSync().some((v, i) => v !== before.get(name)![i]),
        )
        .map(({ name }) => name)
    }
    expect(await decayed(false)).toEqual(['0.kernel', '2.kernel'])
    expect(await decayed(true)).toEqual(['0.kernel', '1.gamma', '2.kernel'])
  })
})

describe('no public call leaks a tensor', () => {
  it('whatever happens', async () => {
    const folder = await temporaryFolder()
    const learn = tinyLearner({ metrics: [accuracy] })
    const x = tf.zeros([3, 2])
    // The first step makes the optimizer's memory, which is the Learner's until it is disposed.
    await learn.fit(1e-2, 1)
    const file = await learn.save(join(folder, 'a'))
    const before = tensors()
    const calls: Record<string, () => Promise<unknown> | unknown> = {
      fit: () => learn.fit(1e-2, 1),
      fit_one_cycle: () => learn.fit_one_cycle(1, 1e-2),
      lr_find: () => learn.lr_find({ num_it: 10 }),
      validate: () => learn.validate(),
      predict: () => tf.dispose(learn.predict(x)),
      get_preds: async () => tf.dispose(Object.values(await learn.get_preds())),
      summary: () => learn.summary(),
      save: () => learn.save(join(folder, 'b')),
      load: () => learn.load(file),
      'a fit that fails': () =>
        learn
          .fit(1e-2, 1, {
            callbacks: [
              atBatch(
                1,
                () => {
                  throw new Error('no')
                },
                'after_loss',
              ),
            ],
          })
          .catch(() => {}),
      'a fit that diverges': () => learn.fit(1e30, 4).catch(() => {}),
      'a fit that replaces its tensors': () =>
        learn.load(file).then(() =>
          learn.fit(1e-2, 1, {
            callbacks: [
              {
                before_batch(l) {
                  l.xb = tf.mul(l.xb as tf.Tensor, 2)
                },
                after_pred(l) {
                  l.pred = tf.mul(l.pred as tf.Tensor, 2)
                },
                after_loss(l) {
                  l.loss = tf.mul(l.loss, 2)
                },
                after_backward(l) {
                  l.grads = Object.fromEntries(Object.entries(l.grads).map(([name, grad]) => [name, tf.mul(grad, 2)]))
                },
              },
            ],
          }),
        ),
      'a fit that replaces gradients one by one': () =>
        learn.fit(1e-2, 1, {
          callbacks: [
            {
              after_backward({ grads }) {
                for (const [name, grad] of Object.entries(grads)) grads[name] = tf.mul(grad, 2)
              },
            },
          ],
        }),
    }
    for (const [name, call] of Object.entries(calls)) {
      await call()
      expect(tensors(), name).toBe(before)
    }
  })
})

it('gives back everything it made when it is disposed', async () => {
  const model = mlp()
  const before = tensors()
  const learn = new Learner(points(), model, { progress: false })
  await learn.fit(1e-2, 1)
  learn.dispose()
  expect(tensors()).toBe(before)
  await expect(learn.fit(1e-2, 1)).rejects.toThrow(/disposed/)
})

describe('lr_find', () => {
  it('restores weights, optimizer, statistics and the order of the data exactly', async () => {
    const run = async (find: boolean) => {
      const learn = tinyLearner()
      await learn.fit(1e-2, 2)
      if (find) await learn.lr_find()
      expect(learn.opt.get('lr')).toEqual([1e-2])
      const history = await learn.fit(1e-2, 2)
      return { losses: history.losses, weights: weights(learn).map(([, values]) => values) }
    }
    expect(await run(true)).toEqual(await run(false))
  })

  it('stops when the loss explodes, names its suggestions, and leaves the history of the last fit alone', async () => {
    const learn = tinyLearner({ optimizer: sgd() })
    const history = await learn.fit(1e-3, 1)
    const found = await learn.lr_find({ start_lr: 1e-5, end_lr: 1e4, num_it: 60 })
    expect(found.lrs.length).toBeLessThan(60)
    expect(found.lrs[0]).toBeCloseTo(1e-5, 12)
    expect(Object.keys(found.suggestions).sort()).toEqual(['minimum', 'slide', 'steep', 'steepest_gradient', 'valley'])
    expect(found.lr).toBe(found.suggestions['valley']!.lr)
    expect(learn.recorder.history).toBe(history)
    expect(learn.recorder.lrFind).toEqual(found)
  })

  it('refuses what makes no range', async () => {
    const learn = tinyLearner()
    await expect(learn.lr_find({ num_it: 0 })).rejects.toThrow(/num_it must be .* is 0/)
    await expect(learn.lr_find({ start_lr: 1, end_lr: 1 })).rejects.toThrow(/must rise/)
    await expect(learn.lr_find({ start_lr: -1 })).rejects.toThrow(/start_lr/)
  })
})

describe('how a fit ends', () => {
  const reasonOf = (learn: Learner, heard: unknown[]): Callback<Learner> => ({
    after_fit: () => void heard.push(learn.reason, learn.error),
  })

  it('hands over what a callback throws, unchanged, after cleaning up', async () => {
    const thrown = new Error('mine')
    const learn = tinyLearner()
    const heard: unknown[] = []
    const failing = atBatch(1, () => {
      throw thrown
    })
    await expect(learn.fit(1e-2, 1, { callbacks: [failing, reasonOf(learn, heard)] })).rejects.toBe(thrown)
    expect(heard).toEqual(['failed', thrown])
    await expect(learn.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed' })
  })

  it('by a loss that is not a number: says where, and keeps the last good weights', async () => {
    const learn = tinyLearner()
    await learn.fit(1e-2, 1)
    let good: unknown
    const spoil = atBatch(
      1,
      l => {
        good = weights(l).filter(([name]) => !String(name).includes('moving'))
        l.loss = tf.mul(l.loss, Number.NaN)
      },
      'after_loss',
    )
    const failure = await learn.fit(2e-2, 1, { callbacks: [spoil] }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DivergedError)
    expect((failure as Error).message).toMatch(
      /became NaN at batch 1 of epoch 0 \(learning rate 0\.0200\)\.\n.*: only the loss is not\./,
    )
    expect(learn.reason).toBe('diverged')
    expect(learn.recorder.history).toMatchObject({ reason: 'diverged' })
    expect(weights(learn).filter(([name]) => !String(name).includes('moving'))).toEqual(good)
  })

  it('quietly, when TerminateOnNaN was asked to watch', async () => {
    const learn = tinyLearner()
    const spoil = atBatch(
      1,
      l => {
        l.loss = tf.mul(l.loss, Number.NaN)
      },
      'after_loss',
    )
    const history = await learn.fit(1e-2, 3, { callbacks: [spoil, new TerminateOnNaN({ log: () => {} })] })
    expect(history).toMatchObject({ reason: 'diverged', losses: { length: 2 } })
    for (const [name, values] of weights(learn)) expect((values as number[]).every(Number.isFinite), String(name)).toBe(true)
  })

  it('lets timers run during a long fit', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const slow: Callback<Learner> = {
      before_batch: () => {
        const end = performance.now() + 40
        while (performance.now() < end);
      },
    }
    await tinyLearner().fit(1e-2, 2, { callbacks: [slow] })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(1)
  })
})

describe('save and load', () => {
  const file = async (name: string) => join(await temporaryFolder(), name)

  it('goes on exactly where the saved Learner stood', async () => {
    const path = await file('half')
    const whole = tinyLearner()
    await whole.fit(1e-2, 2)
    expect(await whole.save(path)).toBe(`${path}.safetensors`)
    const loader = whole.data.train_dl.state()
    const rest = await whole.fit(1e-2, 2)

    const resumed = await tinyLearner().load(path)
    resumed.data.train_dl.restore(loader)
    expect((await resumed.fit(1e-2, 2)).losses).toEqual(rest.losses)
    expect(weights(resumed)).toEqual(weights(whole))
  })

  it('leaves no temporary file behind', async () => {
    const path = await file('model')
    await tinyLearner().save(path)
    expect(await readdir(join(path, '..'))).toEqual(['model.safetensors'])
  })

  it('refuses a missing, a truncated, a foreign and an unfitting file, and changes nothing', async () => {
    const learn = tinyLearner()
    const before = weights(learn)
    const path = await file('model.safetensors')
    await expect(learn.load(path)).rejects.toThrow(/there is no such file/)
    await learn.save(path)
    const size = (await readFile(path)).length
    await truncate(path, size - 10)
    await expect(learn.load(path)).rejects.toThrow(/truncated/)
    await writeFile(path, 'PK\x03\x04 this is a zip file')
    await expect(learn.load(path)).rejects.toThrow(/not a safetensors file/)
    const other = new Learner(points(), sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] }), {
      progress: false,
    })
    await other.save(path)
    await expect(learn.load(path)).rejects.toThrow(/weights are of another model: the model has .*0\.kernel \[2,8\]/)
    expect(weights(learn)).toEqual(before)
  })

  it('can leave the optimizer out', async () => {
    const path = await file('weights')
    const learn = tinyLearner()
    await learn.fit(1e-2, 1)
    await learn.save(path, { with_opt: false })
    const other = await tinyLearner().load(path)
    expect(
      Object.keys((await other.opt.state()).parameters).every(
        async name => (await other.opt.state()).parameters[name]!.steps === 0,
      ),
    ).toBe(true)
    expect(weights(other)).toEqual(weights(learn))
  })
})

describe('using the model', () => {
  it('predicts probabilities, also for a whole data set', async () => {
    const learn = tinyLearner({ metrics: [accuracy] })
    await learn.fit_one_cycle(10, 5e-2)
    const { preds, targets } = await learn.get_preds()
    expect(preds.shape).toEqual([4, 2])
    for (const [a, b] of preds.arraySync() as number[][]) expect(a! + b!).toBeCloseTo(1, 5)
    const share = accuracy(preds, targets).dataSync()[0]
    expect(await learn.validate()).toEqual({ valid_loss: expect.any(Number), accuracy: share })
  })

  it('leaves no tensor behind when a stream does not fit', async () => {
    const other = DataBunch.from_arrays({ x: new Float32Array(12), y: new Int32Array(4), shape: [3], bs: 2 })
    const learn = tinyLearner()
    const before = tensors()
    await expect(learn.get_preds(other.train_dl)).rejects.toThrow(/takes \[batch, 2\]/)
    expect(tensors()).toBe(before)
  })

  it('shows what it is', () => {
    expect(String(tinyLearner().summary())).toMatch(
      /BatchNormalization[\s\S]*total parameters: 74, of which 58 train[\s\S]*cross_entropy, optimizer: adam/,
    )
  })

  it('weighs the last, smaller batch by its size', async () => {
    const data = points({ valid: 6 })
    const learn = new Learner(data, mlp(), { progress: false, metrics: [accuracy] })
    const { preds, targets } = await learn.get_preds()
    const { accuracy: measured } = await learn.validate()
    expect(measured).toBeCloseTo(accuracy(preds, targets).dataSync()[0]!, 6)
  })
})

describe('bad input', () => {
  it('a callback that is there already: refused, and left where it was', async () => {
    let heard = 0
    const mine: Callback = { after_fit: () => void heard++ }
    const learn = tinyLearner({ callbacks: [mine] })
    await expect(learn.fit(1e-2, 1, { callbacks: [mine] })).rejects.toThrow(/twice|already/)
    await learn.fit(1e-2, 1)
    expect(heard).toBe(1)
  })

  it('shapes that do not fit the model', () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] })
    expect(() => new Learner(points(), model)).toThrow(/takes \[batch, 3\], but the data gives \[batch, 2\]/)
    expect(() => tinyLearner().predict(tf.zeros([2]))).toThrow(/takes \[batch, 2\]/)
  })

  it('more classes than the model has units', () => {
    const data = DataBunch.from_arrays({ x: new Float32Array(12), y: new Int32Array([0, 1, 2, 3, 4, 1]), shape: [2], bs: 2 })
    expect(() => new Learner(data, mlp())).toThrow(/5 classes \(labels 0 to 4\), but the model's last layer has 2 units/)
  })

  it.each([
    [0, 1e-2],
    [-1, 1e-2],
    [Number.NaN, 1e-2],
    [2.5, 1e-2],
    [1e-2, 0],
    [0, undefined],
  ])('fit(%s, %s)', async (first, second) => {
    await expect(tinyLearner().fit(first, second)).rejects.toThrow(/is neither fit\(lr, n\).*nor fit\(epochs, lr\)/)
  })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('fit(3, %s), which is no rate', async lr => {
    await expect(tinyLearner().fit(3, lr)).rejects.toThrow(`fit got the learning rate ${lr}.`)
  })

  it.each([
    [0, 1e-2, /number of epochs.*is 0/],
    [1.5, 1e-2, /number of epochs.*1\.5/],
    [1, Number.NaN, /lr/],
    [1, -1, /lr/],
    [1, 0, /lr/],
  ])('fit_one_cycle(%s, %s)', async (n, lr, message) => {
    await expect(tinyLearner().fit_one_cycle(n, lr)).rejects.toThrow(message)
  })

  it('takes fit(lr, n) and fit(epochs, lr) alike', async () => {
    for (const history of [await tinyLearner().fit(1e-2, 3), await tinyLearner().fit(3, 1e-2)]) {
      expect([history.epochs.length, history.lrs[0]]).toEqual([3, 1e-2])
    }
    expect((await tinyLearner().fit(2)).lrs[0]).toBe(3e-3)
  })

  it('a second fit while one is running', async () => {
    const learn = tinyLearner()
    const first = learn.fit(1e-2, 1)
    await expect(learn.fit(1e-2, 1)).rejects.toThrow(/fit was called while fit is running/)
    await expect(learn.lr_find()).rejects.toThrow(/lr_find was called while fit is running/)
    await first
  })

  it('a model that has been disposed', async () => {
    const learn = tinyLearner()
    ;(learn.model as { dispose(): unknown }).dispose()
    await expect(learn.fit(1e-2, 1)).rejects.toThrow(/disposed \(its weight 0\.kernel is gone\)/)
    expect(() => learn.predict(tf.zeros([1, 2]))).toThrow(/disposed/)
  })

  it('two metrics of one name', () => {
    expect(() => (tinyLearner().metrics as unknown[]).push(accuracy)).toThrow(TypeError)
    expect(() => tinyLearner({ metrics: [accuracy, accuracy] })).toThrow(/Two columns of the epoch table are called accuracy/)
  })

  it('a loss that cannot be inferred', () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], activation: 'sigmoid' })] })
    expect(() => new Learner(points(), model)).toThrow(/No loss was given, and none can be inferred: 2 sigmoid units/)
  })

  it('no validation data to validate on', async () => {
    const learn = new Learner(points({ valid: 0 }), mlp(), { progress: false })
    await expect(learn.validate()).rejects.toThrow(/without a validation set/)
    expect((await learn.fit(1e-2, 1)).epochs[0]).toMatchObject({ valid_loss: null })
  })
})
