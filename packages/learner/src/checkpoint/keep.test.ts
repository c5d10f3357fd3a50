import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Callback, CancelFit } from '@onecycle/callbacks'
import { fill, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Learner } from '../learner.js'
import { accuracy } from '../metric/classification.js'
import { weightsOf } from '../model/parameters.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { Checkpoint } from './checkpoint-callback.js'
import { loadCheckpoint } from './file.js'
import { Keep, type KeepOptions } from './keep.js'

beforeAll(useCpu)

/** Says the figures, in place of those that are measured, and leaves time to write each checkpoint. */
const figures = (values: readonly number[]): Callback<Learner> => ({
  name: 'figures',
  order: 10,
  async after_epoch(learn) {
    learn.values['valid_loss'] = values[learn.epoch]!
    await new Promise(resolve => setTimeout(resolve, 20))
  },
})

interface Run {
  readonly said: string[]
  readonly names: readonly string[]
  readonly learn: Learner
}

async function run(dir: string, values: readonly number[], keep: KeepOptions, more: Callback<Learner>[] = []): Promise<Run> {
  const said: string[] = []
  const learn = tinyLearner({ log: line => void said.push(line), seed: 3 })
  const callbacks = [figures(values), new Checkpoint({ dir, every: { batches: 1000 }, keep }), ...more]
  await learn.fit(1e-2, values.length, { resume: dir, callbacks }).catch(error => said.push(error.message))
  return { learn, said, names: (await readdir(dir)).filter(name => name.endsWith('.safetensors')).sort() }
}

const diesAfter = (epoch: number): Callback<Learner> => ({
  name: 'dies',
  order: 3e9,
  before_train: learn => {
    if (learn.epoch === epoch) throw new Error('killed')
  },
})

describe('keep', () => {
  it('keeps the best by a figure beside the newest, and says which is the best', async () => {
    const dir = await temporaryFolder()
    const { names, said } = await run(dir, [0.3, 0.5, 0.2, 0.25, 0.22, 0.9, 0.8], { last: 2, best: 2 })
    // The newest that were written are those of epochs 3 and 4, and the best those of 2 and 4.
    expect(names).toEqual(['fit-0-00003-best', 'fit-0-00004-best', 'fit-0-00005-best', 'fit-0'].map(n => `${n}.safetensors`))
    expect(said).toEqual([
      `The best checkpoint is ${dir}/fit-0-00003-best.safetensors: valid_loss was 0.2 after epoch 2. learn.load(path) takes it.`,
    ])
  })

  it('knows the best of before when it goes on, and forgets those that are beaten', async () => {
    const dir = await temporaryFolder()
    const values = [0.5, 0.4, 0.45, 0.3, 0.29, 0.28, 0.9]
    await run(dir, values, { last: 2, best: 1 }, [diesAfter(3)])
    const { names, learn } = await run(dir, values, { last: 2, best: 1 })
    // 0.45 is worse than what the first process had seen: it has no checkpoint of its own.
    expect(names).toEqual(['fit-0-00004-best', 'fit-0-00005-best', 'fit-0'].map(name => `${name}.safetensors`).sort())
    const { run: state } = await loadCheckpoint(join(dir, 'fit-0'))
    expect(state!.best).toEqual({ monitor: 'valid_loss', better: 'lower', files: [{ number: 5, value: 0.28, epoch: 5 }] })
    expect(await learn.resume(dir, { best: true })).toBe(`${dir}/fit-0-00005-best.safetensors`)
    const best = (await loadCheckpoint(join(dir, 'fit-0-00005-best'))).weights
    for (const { name, variable } of weightsOf(learn.model)) expect([...variable.dataSync()]).toEqual([...best[name]!.values])
  })

  it('takes the checkpoint of the end for the best, where that is it', async () => {
    const stop: Callback<Learner> = {
      after_epoch: ({ epoch }) => {
        if (epoch === 1) throw new CancelFit()
      },
    }
    const [completed, stopped] = [await temporaryFolder(), await temporaryFolder()]
    const { said } = await run(completed, [0.5, 0.4], { best: 1 })
    expect(said[0]).toMatch(/best checkpoint is .*fit-0.safetensors: valid_loss was 0.4 after epoch 1/)
    const { names } = await run(stopped, [0.5, 0.4, 0.3], { last: 2, best: 1 }, [stop])
    expect(names).toEqual(['fit-0-00001-best.safetensors', 'fit-0.safetensors'])
    expect((await loadCheckpoint(join(stopped, 'fit-0'))).run!.best!.files).toEqual([{ number: Infinity, value: 0.4, epoch: 1 }])
  })

  it('says by hand where the best is, and which fit has none', async () => {
    const dir = await temporaryFolder()
    const { learn, said } = await run(dir, [0.2, 0.4], { best: 1 })
    said.length = 0
    await learn.resume(dir)
    expect(said).toEqual([expect.stringMatching(/fit-0.safetensors is the newest\. The best is .*-best.*best: true/)])
    const other = await temporaryFolder()
    await (await run(other, [0.2], { last: 2 })).learn.resume(other)
    await expect(learn.resume(other, { best: true })).rejects.toThrow(/No checkpoint in .* is one of the best: Checkpoint/)
    await expect(learn.resume(other, { bets: true } as never)).rejects.toThrow(/Did you mean best/)
  })

  it('uses the second best where the best is gone', async () => {
    const dir = await temporaryFolder()
    const { learn } = await run(dir, [0.2, 0.1, 0.9], { best: 2 })
    await rm(join(dir, 'fit-0-00002-best.safetensors'))
    expect(await learn.resume(dir, { best: true })).toMatch(/00001-best/)
  })

  it.each([
    [{ last: 1 }, /keep.last must be a whole number of at least 2/],
    [{ best: -1 }, /keep.best/],
    [{ first: 1 }, /keep of Checkpoint has no option first/],
    [{ monitor: 'valid_loss', mode: 'up' }, /mode/],
    [1, /^keep must be/],
    ['all', /keep must be a whole number/],
  ])('refuses %j', (keep, message) => {
    expect(() => new Keep(keep as never)).toThrow(message)
  })

  it('is refused when the fit begins, where nobody knows the figure or its direction', async () => {
    const dir = await temporaryFolder()
    const odd = (pred: Tensor) => pred.mean()
    const learn = tinyLearner({ metrics: [accuracy, odd as never] })
    const fit = (keep: KeepOptions) => learn.fit(1e-2, 1, { callbacks: new Checkpoint({ dir, keep }) })
    const before = weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])
    await expect(fit({ monitor: 'acuracy' })).rejects.toThrow(/no acuracy to monitor. Did you mean accuracy/)
    await expect(fit({ monitor: 'odd' })).rejects.toThrow(/Checkpoint watches .* nobody says which way/)
    expect(weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])).toEqual(before)
    await fit({ monitor: 'odd', mode: 'max' })
  })
})

describe('weights that are no numbers', () => {
  /** Spoils a weight after so many batches, in a way that the loss does not see. */
  const spoil = (from: number): Callback<Learner> => ({
    name: 'spoil',
    after_batch: learn => {
      if (learn.training && learn.train_iter > from) {
        const { variable } = weightsOf(learn.model).find(({ name }) => name.includes('moving_variance'))!
        const bad = fill(variable.shape, Number.NaN)
        variable.assign(bad)
        bad.dispose()
      }
    },
  })

  it('are said once, and take the place of no good checkpoint', async () => {
    const dir = await temporaryFolder()
    const said: string[] = []
    const learn = tinyLearner({ log: line => void said.push(line) })
    // Until the checkpoint of the batch before is written.
    const pause: Callback = {
      after_batch: async ({ training, train_iter }) => {
        const written = async () =>
          (await readdir(dir)).some(name => name.startsWith(`fit-0-0000${train_iter - 1}`) && !name.endsWith('.tmp'))
        while (training && train_iter > 1 && !(await written())) await new Promise(resolve => setTimeout(resolve, 5))
      },
    }
    const callbacks = [spoil(2), pause, new Checkpoint({ dir, every: { batches: 1 }, keep: 2 }), diesAfter(4)]
    await expect(learn.fit(1e-2, 5, { callbacks })).rejects.toThrow('killed')
    const names = (await readdir(dir)).filter(name => name.endsWith('.safetensors')).sort()
    expect(names.filter(name => !name.includes('-nan'))).toEqual(['fit-0-00001.safetensors', 'fit-0-00002.safetensors'])
    expect(names.filter(name => name.includes('-nan'))).toHaveLength(2)
    expect(said.filter(line => line.includes('NaN'))).toEqual([
      expect.stringMatching(
        /fit-0-00003-nan.safetensors does not count as a good checkpoint. .*moving_variance \(8 of 8 values\)/,
      ),
    ])
    expect(said.at(-1)).toBe(`The last checkpoint is ${dir}/fit-0-00002.safetensors.`)
    expect(await tinyLearner({ log: false }).resume(dir)).toMatch(/fit-0-00002.safetensors$/)
  })

  it('are saved as they are, which is said', async () => {
    const said: string[] = []
    const learn = tinyLearner({ log: line => void said.push(line) })
    const bias = fill([8], 1).mul([1, 2, Number.NaN, 4, Infinity, 6, 7, 8])
    weightsOf(learn.model)
      .find(({ name }) => name === '0.bias')!
      .variable.assign(bias)
    const path = await learn.save(join(await temporaryFolder(), 'a'))
    expect(said).toEqual(['There are weights that are NaN or infinite: 0.bias (2 of 8 values). They are saved as they are.'])
    expect((await loadCheckpoint(path)).weights['0.bias']!.values).toEqual(Float32Array.of(1, 2, NaN, 4, Infinity, 6, 7, 8))
  })
})
