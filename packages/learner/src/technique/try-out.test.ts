import { readdir } from 'node:fs/promises'
import { type Callback, EarlyStopping, SaveModel } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'
import { dryRun } from './dry-run.js'
import { EMA } from './ema.js'
import { overfit } from './overfit.js'
import { SWA } from './swa.js'
import { ValidateEvery } from './validate-every.js'

beforeAll(useCpu)

const make = (options: LearnerOptions = {}) =>
  new Learner(points({ train: 20 }), mlp(), { progress: false, seed: 1, log: false, metrics: 'accuracy', ...options })

/** All that decides how a Learner goes on. */
async function stateOf(learn: Learner) {
  const { lr, mom } = { lr: learn.opt.get('lr'), mom: learn.opt.get('mom') }
  return [await learn.getWeights(), await learn.opt.state(), lr, mom, learn.data.train_dl.state(), learn.random.state()]
}

describe('overfit', () => {
  it('learns one batch by heart, and leaves all as it was', async () => {
    const said: string[] = []
    const heard: string[] = []
    const saving = new SaveModel({ save: () => heard.push('saved'), load: () => heard.push('loaded') })
    const learn = make({
      callbacks: [saving, new EarlyStopping({ log: line => heard.push(line) })],
      log: line => said.push(line),
    })
    await learn.fit(1e-2, 1)
    const [before, history] = [await stateOf(learn), learn.recorder.history]
    heard.length = 0
    const tensors = tf.memory().numTensors
    const batches = new Set<string>()
    const watch: Callback<Learner> = { after_loss: ({ xb }) => void batches.add(String((xb as tf.Tensor).dataSync())) }
    learn.bus.add(watch)
    const losses = await overfit(learn, { steps: 60, lr: 3e-2 })
    learn.bus.remove(watch)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(losses.length).toBe(60)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10)
    expect(batches.size).toBe(1)
    expect(await stateOf(learn)).toEqual(before)
    expect(learn.recorder.history).toBe(history)
    expect([heard, said]).toEqual([
      [],
      [expect.stringMatching(/^overfit: in 60 steps the loss of one batch went from \d.* to \d/)],
    ])
  })

  it('leaves all as it was when it fails, and refuses what it cannot do', async () => {
    const learn = make()
    const before = await stateOf(learn)
    const tensors = tf.memory().numTensors
    learn.bus.add({
      after_batch({ train_iter }) {
        if (train_iter === 3) throw new Error('no more')
      },
    })
    await expect(overfit(learn)).rejects.toThrow('no more')
    expect(await stateOf(learn)).toEqual(before)
    expect(tf.memory().numTensors).toBe(tensors)
    await expect(overfit(learn, { steps: 1 })).rejects.toThrow(/steps must be a whole number of at least 2/)
    await expect(overfit({} as never)).rejects.toThrow(/overfit\(learn\)/)
  })
})

describe('dryRun', () => {
  it('goes through one batch of each kind and all events, and leaves all as it was', async () => {
    const heard: string[] = []
    const saving = new SaveModel({ save: () => heard.push('saved'), load: () => heard.push('loaded') })
    const watch: Callback<Learner> = {
      after_batch: ({ training }) => void heard.push(training ? 'train' : 'valid'),
      after_epoch: () => void heard.push('epoch'),
      after_fit: () => void heard.push('end'),
    }
    const learn = make({ callbacks: saving })
    const before = await stateOf(learn)
    const tensors = tf.memory().numTensors
    const figures = await dryRun(learn, { callbacks: watch })
    expect(tf.memory().numTensors).toBe(tensors)
    expect(heard).toEqual(['train', 'valid', 'epoch', 'end'])
    expect(figures).toEqual({ train_loss: expect.any(Number), valid_loss: expect.any(Number), accuracy: expect.any(Number) })
    expect(await stateOf(learn)).toEqual(before)
    expect((saving as Callback).run).toBe(true)
    const whole = await make().fit(1e-2, 2)
    expect((await learn.fit(1e-2, 2, { callbacks: [] })).losses).toEqual(whole.losses)
  })

  it('writes no checkpoint', async () => {
    const dir = await temporaryFolder()
    const [own, given] = [new Checkpoint({ dir, every: { batches: 1 } }), new Checkpoint({ dir: `${dir}/given` })]
    const learn = make({ callbacks: own })
    await dryRun(learn, { callbacks: given })
    expect(await readdir(dir)).toEqual([])
    await learn.fit(1e-2, 1, { callbacks: given })
    expect((await readdir(dir)).sort()).toEqual(expect.arrayContaining(['fit-0.safetensors', 'given']))
  })

  it('finds what would fail in the morning', async () => {
    const late: Callback = {
      after_epoch() {
        throw new Error('no such table')
      },
    }
    const learn = make()
    const before = await stateOf(learn)
    await expect(dryRun(learn, { callbacks: late })).rejects.toThrow('no such table')
    expect(await stateOf(learn)).toEqual(before)
    expect(learn.bus.callbacks).not.toContain(late)
  })
})

describe('ValidateEvery', () => {
  it('measures within epochs, and changes nothing', async () => {
    const said: string[] = []
    const often = new ValidateEvery({ batches: 3, log: line => said.push(line) })
    const [learn, plain] = [make(), make()]
    const measured: number[] = []
    const check: Callback<Learner> = {
      order: 30,
      run_valid: false,
      async after_batch({ train_iter }) {
        if (train_iter % 3 === 0) measured.push((await learn.validate())['valid_loss']!)
      },
    }
    const history = await learn.fit(1e-2, 2, { callbacks: [often, check] })
    const expected = await plain.fit(1e-2, 2)
    expect([history.losses, history.val_losses]).toEqual([expected.losses, expected.val_losses])
    expect(often.figures.map(({ train_iter }) => train_iter)).toEqual([3, 6, 9])
    expect(often.figures.map(({ valid_loss }) => valid_loss)).toEqual(measured)
    expect(said[0]).toMatch(/^After batch 3: valid_loss 0\.\d{3,}, accuracy \d/)
    const again = new ValidateEvery({ batches: 3, log: false })
    again.restore(JSON.parse(JSON.stringify(often.state())))
    await learn.fit(1e-2, 1, { callbacks: again })
    expect(again.figures.length).toBe(4)
  })

  it('measures the weights that are validated at the end of the epoch', async () => {
    const [often, plain] = [new ValidateEvery({ batches: 5, log: false }), make()]
    const learn = make()
    const before = tf.memory().numTensors
    const { losses, val_losses } = await learn.fit(5e-2, 3, { callbacks: [often, new EMA({ decay: 0.8 })] })
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(before)
    expect(often.figures.map(({ valid_loss }) => valid_loss)).toEqual(val_losses)
    const expected = await plain.fit(5e-2, 3, { callbacks: new EMA({ decay: 0.8 }) })
    expect([losses, val_losses]).toEqual([expected.losses, expected.val_losses])
    const swa = await make().fit(5e-2, 3, { callbacks: [often, new SWA()] })
    // The average of the epochs before.
    expect(often.figures.slice(1).map(({ valid_loss }) => valid_loss)).toEqual(swa.val_losses.slice(0, -1))
  })

  it('refuses data without validation, and what is no number of batches', async () => {
    const learn = new Learner(points({ valid: 0 }), mlp(), { progress: false })
    await expect(learn.fit(1e-2, 1, { callbacks: new ValidateEvery({ batches: 1 }) })).rejects.toThrow(/the data has none/)
    expect(() => new ValidateEvery({ batches: 0 })).toThrow(/batches must be a whole number/)
    expect(tinyLearner().validates).toBe(true)
  })
})
