import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Callback, CancelFit, EarlyStopping, SaveModel, TerminateOnNaN } from '@onecycle/callbacks'
import { mul } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { FineTuneFitOptions, Learner } from '../learner.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const grouped = () => tinyLearner({ layer_groups: [2] })
const all = (learn: Learner) => learn.trained.length === learn.groups.flat().length
const body = (learn: Learner) => [...learn.groups[0]![0]!.variable.dataSync()]

/** Acts at the end of an epoch, of which the frozen part has three. */
const atEpoch = (when: number, act: () => void): Callback<Learner> => {
  let epoch = 0
  return {
    after_epoch() {
      if (epoch++ === when) act()
    },
  }
}
const stop = () => {
  throw new CancelFit()
}
const options: FineTuneFitOptions = { freeze_epochs: 3 }

describe('fastxtend 11: what ends the first part early leads on to the second', () => {
  it('EarlyStopping, which then watches the second part afresh', async () => {
    const learn = grouped()
    const before = body(learn)
    const stopping = new EarlyStopping({ patience: 1, min_delta: 100, log() {} })
    const parts: number[] = []
    const count: Callback<Learner> = { after_fit: l => void parts.push(l.train_iter / l.n_train_iter) }
    const { reason, epochs } = await learn.fine_tune(4, 1e-2, { freeze_epochs: 6, callbacks: [stopping, count] })
    expect(parts).toEqual([2, 2])
    expect([reason, epochs.length]).toEqual(['stopped', 2])
    expect(body(learn)).not.toEqual(before)
    expect(all(learn)).toBe(true)
  })

  it('a callback that cancels the fit', async () => {
    const learn = grouped()
    const { epochs } = await learn.fine_tune(2, 1e-2, { ...options, callbacks: [atEpoch(0, stop)] })
    expect([epochs.length, all(learn)]).toEqual([2, true])
  })
})

it('SaveModel keeps the best of both parts', async () => {
  const at = await temporaryFolder()
  const learn = grouped()
  const save = new SaveModel(learn, { fname: join(at, 'best'), log: () => {} })
  const { val_losses } = await learn.fine_tune(4, 3e-2, { ...options, callbacks: [save] })
  expect(await readdir(at)).toEqual(['best.safetensors'])
  expect((await learn.validate())['valid_loss']).toBeCloseTo(Math.min(...(val_losses as number[])), 6)
})

describe.each([1, 4])('an end in epoch %i is the end of it all', when => {
  it.each([0, 1])('by an error: frozen is what was frozen before, from group %i on', async frozen_to => {
    const learn = grouped()
    learn.freeze_to(frozen_to)
    const trained = learn.trained
    const fail = () => {
      throw new Error('mine')
    }
    let epochs = 0
    const count: Callback<Learner> = { order: -1, after_epoch: () => void epochs++ }
    const failing = learn.fine_tune(3, 1e-2, { ...options, callbacks: [count, atEpoch(when, fail)] })
    await expect(failing).rejects.toThrow('mine')
    expect([epochs, learn.trained]).toEqual([when + 1, trained])
  })
})

it.each([1, 4])('an interruption in epoch %i ends it all, and is told', async when => {
  const learn = grouped()
  const controller = new AbortController()
  const { signal } = controller
  const aborting = learn.fine_tune(3, 1e-2, { ...options, signal, callbacks: [atEpoch(when, () => controller.abort('enough'))] })
  await expect(aborting).rejects.toBe('enough')
  expect([learn.reason, all(learn), learn.recorder.history.epochs.length]).toEqual(['interrupted', true, 2])
})

it('divergence that TerminateOnNaN ended quietly ends it all, and is not hidden behind the second part', async () => {
  const learn = grouped()
  const spoil: Callback<Learner> = {
    after_loss(l) {
      if (l.train_iter === 1) l.loss = mul(l.loss, Number.NaN)
    },
    run_valid: false,
  }
  const { reason, losses } = await learn.fine_tune(3, 1e-2, {
    ...options,
    callbacks: [spoil, new TerminateOnNaN({ log: () => {} })],
  })
  expect([reason, losses.length, all(learn)]).toEqual(['diverged', 2, true])
})

it('hands on weight decay, and leaves everything training where it was frozen before', async () => {
  const learn = grouped()
  learn.freeze()
  await learn.fine_tune(1, 1e-2, { wd: 0.3 })
  expect([learn.opt.get('wd'), all(learn)]).toEqual([[0.3, 0.3], true])
})

it.each([
  [{ lr_mult: 0 }, /lr_mult/],
  [{ freeze_epochs: -1 }, /freeze_epochs/],
  [{ pct_start: 2 }, /pct_start/],
  [{ div: -1 }, /div/],
  [{ freeze_epochs: 0, wd: 'much' as never }, /wd/],
])('%o is refused, and what was frozen stays so', async (wrong, message) => {
  const learn = grouped()
  learn.freeze()
  const trained = learn.trained
  await expect(learn.fine_tune(1, 1e-2, wrong)).rejects.toThrow(message)
  expect(learn.trained).toEqual(trained)
})

it('is refused while a fit runs, without freezing what that fit trains', async () => {
  const learn = grouped()
  const seen: boolean[] = []
  const look: Callback<Learner> = { after_batch: () => void seen.push(all(learn)) }
  const fit = learn.fit(1e-2, 2, { callbacks: [look] })
  await expect(learn.fine_tune(1, 1e-2)).rejects.toThrow('fine_tune was called while fit is running')
  await fit
  expect(seen).not.toContain(false)
})
