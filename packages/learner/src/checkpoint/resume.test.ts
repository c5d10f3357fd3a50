import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Callback, CancelTrain, EarlyStopping } from '@onecycle/callbacks'
import { memory, type Tensor } from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions, type TrainOptions } from '../learner.js'
import { accuracy } from '../metric/classification.js'
import { weightsOf } from '../model/parameters.js'
import { adam, type OptimizerFactory } from '../optimizer/index.js'
import { EMA, GradientAccumulation, MixUp, SWA } from '../technique/index.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { points, useCpu } from '../testing/tiny.js'
import { Checkpoint } from './checkpoint-callback.js'

beforeAll(useCpu)

const quiet = { log: () => {} }

interface Program {
  learn: Learner
  said: string[]
  shown: string[]
}

/** What a process begins with, each time: all that is random in a run, and the table of epochs. */
function program(optimizer: () => OptimizerFactory = adam, options: LearnerOptions = {}): Program {
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({
    layers: [
      layers.dense({ units: 6, inputShape: [2], activation: 'relu', kernelInitializer }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 2, kernelInitializer }),
    ],
  })
  const said: string[] = []
  const shown: string[] = []
  const stream = { write: (text: string) => void shown.push(text.replace(/\S+\n$/, '\n')) } as never
  const made = { seed: 5, metrics: [accuracy], progress: { stream }, log: (line: string) => void said.push(line) }
  return { learn: new Learner(points({ train: 22 }), model, { optimizer: optimizer(), ...made, ...options }), said, shown }
}

/** Epochs, the time they took left out. */
function everything({ learn, shown }: Program) {
  const { history } = learn.recorder
  return {
    weights: weightsOf(learn.model).map(({ name, variable }) => [name, [...variable.dataSync()]]),
    history: { ...history, epochs: history.epochs.map(({ time: _, ...row }) => row) },
    rates: learn.opt.get('lr'),
    shown,
  }
}

function plotsOf({ learn: { recorder } }: Program) {
  const quiet = { show: false }
  const plots = [recorder.plot_losses(quiet), recorder.plot_metrics(quiet), recorder.plot_lr({ showMoms: true, ...quiet })]
  return plots.map(({ spec }) => spec)
}

type Fit = (learn: Learner, options: TrainOptions) => Promise<unknown>

const oneCycle: Fit = (learn, options) => learn.fit_one_cycle(4, 1e-2, options)
const withMore =
  (fit: Fit, more: () => Callback<Learner>[]): Fit =>
  (learn, options) =>
    fit(learn, { ...options, callbacks: [...more(), ...([options.callbacks ?? []].flat() as Callback<Learner>[])] })

const stopping = () => new EarlyStopping({ patience: 2, restore_best: true, monitor: 'train_loss', ...quiet })

const fits: [string, Fit][] = [
  ['one cycle', oneCycle],
  ['flat and cosine', (learn, options) => learn.fit_flat_cos(4, 1e-2, options)],
  ['with warm restarts', (learn, options) => learn.fit_sgdr(2, 1, 1e-2, { ...options, cycle_mult: 3 })],
  ['at one rate', (learn, options) => learn.fit(1e-2, 4, options)],
  [
    'stopping early',
    withMore(
      (learn, options) => learn.fit(1e-2, 9, options),
      () => [stopping()],
    ),
  ],
  [
    'accumulating gradients, averaging weights',
    withMore(oneCycle, () => [new GradientAccumulation({ n_acc: 8 }), new EMA({ decay: 0.9 })]),
  ],
  ['averaging epochs, mixing samples', withMore(oneCycle, () => [new SWA({ swa_start: 2 }), new MixUp()])],
]

/** Ends the process, as far as a test can: at this event, after so many batches. */
function dies(event: 'after_batch' | 'after_epoch' | 'before_validate', at: number): Callback<Learner> {
  let heard = 0
  const die = () => {
    if (heard++ === at) throw new Error('killed')
  }
  return { name: 'dies', order: 3e9, [event]: die }
}

/** Runs the program until it is through, killed again and again. */
async function survive(
  fit: Fit,
  make: () => Program,
  dir: string,
  deaths: Callback<Learner>[],
  every: object | string,
): Promise<Program> {
  for (const death of deaths) {
    const { learn } = make()
    const killed = fit(learn, { resume: dir, callbacks: [new Checkpoint({ dir, every: every as string }), death] })
    await expect(killed).rejects.toThrow('killed')
  }
  const last = make()
  await fit(last.learn, { resume: dir, callbacks: [new Checkpoint({ dir, every: every as string })] })
  return last
}

describe.each(fits)('a fit %s', (_, fit) => {
  it('killed again and again ends as the one that was not: weights, history, rates, table and plots', async () => {
    const whole = program()
    await fit(whole.learn, {})
    const dir = await temporaryFolder()
    const deaths = [dies('after_batch', 3), dies('after_batch', 5), dies('after_epoch', 0), dies('after_batch', 4)]
    const rest = await survive(fit, program, dir, deaths, { batches: 1 })
    expect(everything(rest)).toEqual(everything(whole))
    expect(plotsOf(rest)).toEqual(plotsOf(whole))
  })
})

it('is at the same bits from the end of an epoch, and from rare checkpoints', async () => {
  const whole = program()
  await oneCycle(whole.learn, {})
  for (const every of ['epoch', { batches: 3 }]) {
    const rest = await survive(
      oneCycle,
      program,
      await temporaryFolder(),
      [dies('after_batch', 7), dies('after_batch', 2)],
      every,
    )
    expect(everything(rest)).toEqual(everything(whole))
  }
})

it('trains nothing when it is over, gives the history at once, and what follows is as it would have been', async () => {
  const dir = await temporaryFolder()
  const both = async ({ learn }: Program) => {
    const first = await learn.fit_one_cycle(2, 1e-2, { resume: dir })
    const second = await learn.fit(1e-3, 2, { resume: dir, callbacks: stopping() })
    return [first, second]
  }
  const [one, two] = [program(), program()]
  const histories = await both(one)
  let batches = 0
  two.learn.bus.add({ after_batch: () => void batches++ })
  expect(await both(two)).toEqual(histories)
  expect(batches).toBe(0)
  expect(everything(two)).toEqual(everything(one))
  expect((await readdir(dir)).filter(name => /^fit-\d\./.test(name))).toEqual(['fit-0.safetensors', 'fit-1.safetensors'])
  const next = async ({ learn }: Program) => (await learn.fit(1e-3, 1)).losses
  expect(await next(two)).toEqual(await next(one))
})

it('goes on within fine_tune, in either part', async () => {
  const tune: Fit = (learn, options) => learn.fine_tune(2, 1e-2, options)
  const make = () => program(adam, { layer_groups: [3] })
  const whole = make()
  await tune(whole.learn, {})
  const rest = await survive(tune, make, await temporaryFolder(), [dies('after_batch', 2), dies('after_batch', 6)], {
    batches: 2,
  })
  expect(everything(rest).weights).toEqual(everything(whole).weights)
  expect(rest.learn.recorder.history.losses).toEqual(whole.learn.recorder.history.losses)
})

it('writes one more when it is interrupted, and goes on from there, in validation too', async () => {
  for (const training of [true, false]) {
    const [whole, half, rest] = [program(), program(), program()]
    await oneCycle(whole.learn, {})
    const dir = await temporaryFolder()
    const abort: Callback<Learner> = {
      after_batch: learn => {
        if (learn.epoch === 1 && learn.training === training) learn.interrupt(new Error('enough'))
      },
    }
    await expect(oneCycle(half.learn, { resume: dir, callbacks: abort })).rejects.toThrow('enough')
    expect(half.said.at(-1)).toBe(`The last checkpoint is ${join(dir, 'fit-0-00001.safetensors')}.`)
    await oneCycle(rest.learn, { resume: dir })
    expect(rest.said[0]).toMatch(training ? /1 batches of epoch 1 are trained/ : /epoch 1 is to be validated/)
    expect(everything(rest)).toEqual(everything(whole))
  }
})

it('names the last good checkpoint where a fit diverges', async () => {
  const dir = await temporaryFolder()
  const spoil: Callback<Learner> = {
    before_batch: learn => {
      if (learn.train_iter === 6) learn.xb = (learn.xb as Tensor).mul(Number.NaN)
    },
  }
  const callbacks = [spoil, new Checkpoint({ dir, every: { batches: 2 } })]
  const error = await oneCycle(program().learn, { callbacks }).catch((error: unknown) => error)
  expect(String(error)).toMatch(/loss became NaN.*last checkpoint is .*fit-0-0000\d/s)
  expect(error).toMatchObject({ checkpoint: expect.stringMatching(/fit-0-0000\d/) })
})

it('uses the checkpoint before a damaged one, and says so', async () => {
  const [whole, rest] = [program(), program()]
  await oneCycle(whole.learn, {})
  const dir = await temporaryFolder()
  const callbacks = [new Checkpoint({ dir, every: { batches: 1 } }), dies('after_batch', 8)]
  await expect(oneCycle(program().learn, { resume: dir, callbacks })).rejects.toThrow('killed')
  const newest = join(dir, (await readdir(dir)).sort().at(-1)!)
  const bytes = await readFile(newest)
  bytes[bytes.length - 3]! ^= 4
  await writeFile(newest, bytes)
  await oneCycle(rest.learn, { resume: dir })
  expect(rest.said[0]).toMatch(/damaged.*The checkpoint before it is used/)
  expect(everything(rest)).toEqual(everything(whole))
})

it('refuses to go on with another fit', async () => {
  const dir = await temporaryFolder()
  const callbacks = [new Checkpoint({ dir, every: 'epoch' }), dies('after_epoch', 2)]
  await expect(oneCycle(program().learn, { resume: dir, callbacks })).rejects.toThrow('killed')
  const others: [RegExp, (learn: Learner) => Promise<unknown>][] = [
    [/4 epochs of 5 batches, and this one 5 epochs/, learn => learn.fit_one_cycle(5, 1e-2, { resume: dir })],
    [/callbacks of its fit that remember something are/, learn => learn.fit(1e-2, 4, { resume: dir })],
    [/whose rates are not those of this one/, learn => learn.fit_one_cycle(4, 2e-2, { resume: dir })],
    [/start_epoch/, learn => learn.fit_one_cycle(4, 1e-2, { resume: dir, start_epoch: 1 })],
  ]
  for (const [message, fit] of others) {
    const other = program()
    const before = everything(other).weights
    await expect(fit(other.learn)).rejects.toThrow(message)
    expect(everything(other).weights).toEqual(before)
  }
})

it('goes on training where it cannot write, and says so once', async () => {
  const dir = join(await temporaryFolder(), 'file')
  await writeFile(dir, '')
  const { learn, said } = program()
  await oneCycle(learn, { callbacks: new Checkpoint({ dir: join(dir, 'below'), every: 'epoch' }) })
  expect(said).toEqual([expect.stringMatching(/^Training goes on without a checkpoint\. ENOTDIR/)])
})

it('does not write what a callback ended at the same moment, as it would go on', async () => {
  const cut: () => Callback<Learner>[] = () => [
    {
      order: 10,
      after_batch: ({ iter, training }) => {
        if (training && iter === 2) throw new CancelTrain()
      },
    },
  ]
  const fit = withMore((learn, options) => learn.fit(1e-2, 4, options), cut)
  const whole = program()
  await fit(whole.learn, {})
  const rest = await survive(fit, program, await temporaryFolder(), [dies('after_batch', 2), dies('before_validate', 1)], {
    batches: 1,
  })
  expect(everything(rest)).toEqual(everything(whole))
})

it('keeps so many, and leaves nothing behind in memory, nor what a killed process left', async () => {
  const dir = await temporaryFolder()
  await writeFile(join(dir, 'fit-0-00007.safetensors.0a1b.tmp'), 'half')
  const { learn } = program()
  await learn.fit(1e-2, 1)
  const before = memory().numTensors
  // Time to write each.
  const pause: Callback = { after_batch: () => new Promise(resolve => setTimeout(resolve, 30)) }
  await learn.fit(1e-2, 2, { callbacks: [pause, new Checkpoint({ dir, every: { batches: 1 }, keep: 2 })] })
  expect(memory().numTensors).toBe(before)
  const names = (await readdir(dir)).sort()
  expect(names).toHaveLength(3)
  expect(names).toContain('fit-0.safetensors')
})

it('is taken up by hand, with the history so far', async () => {
  const dir = await temporaryFolder()
  const [killed, other] = [program(), program()]
  expect(await other.learn.resume(dir)).toBeUndefined()
  const callbacks = [new Checkpoint({ dir, every: 'epoch' }), dies('after_epoch', 2)]
  await expect(oneCycle(killed.learn, { resume: dir, callbacks })).rejects.toThrow('killed')
  const file = (await other.learn.resume(dir))!
  expect(file).toMatch(/fit-0-0000\d.safetensors$/)
  expect(other.learn.recorder.history.epochs.length).toBeGreaterThan(0)
  expect(other.learn.recorder.history.losses).toEqual(
    killed.learn.recorder.history.losses.slice(0, other.learn.recorder.history.losses.length),
  )
  expect(other.shown).toEqual([])
  await other.learn.fit(1e-3, 1)
})

it('names callbacks once that remember something and do not say it', async () => {
  const count = { name: 'count', n: 0, after_batch: () => void count.n++ }
  const whole: Callback & { n: number } = {
    ...count,
    name: 'whole',
    state: () => whole.n,
    restore: () => {},
    after_batch: () => void whole.n++,
  }
  const { learn, said } = program()
  const callbacks = [
    count,
    whole,
    { after_batch: () => {} },
    new Checkpoint({ dir: await temporaryFolder(), every: { batches: 1 } }),
  ]
  await learn.fit(1e-2, 2, { callbacks })
  expect(said).toEqual([expect.stringMatching(/^Checkpoints do not hold what count remembers/)])
})

it.each([
  [{}, /dir must be a folder/],
  [{ dir: 'x', every: '2 weeks' }, /every is '2 weeks'.*expected a time/],
  [{ dir: 'x', every: { batches: 0 } }, /every.batches/],
  [{ dir: 'x', keep: 1 }, /keep/],
  [{ dir: 'x', folder: 'y' }, /no option folder/],
])('refuses the options %j', (options, message) => {
  expect(() => new Checkpoint(options as never)).toThrow(message)
})

describe('a folder has one writer', () => {
  it('so that a second fit is refused before anything of it begins, with who has it, and how to go on', async () => {
    const dir = await temporaryFolder()
    const [first, second, third] = [program(), program(), program()]
    const before = everything(second)
    const during: Callback<Learner> = {
      after_epoch: async ({ epoch }) => {
        if (epoch > 0) return
        await expect(oneCycle(second.learn, { resume: dir })).rejects.toThrow(
          /is being written by this very process, since .* give this one a folder of its own/,
        )
        await expect(third.learn.fit(1e-2, 1, { callbacks: new Checkpoint({ dir }) })).rejects.toThrow(/is being written by/)
      },
    }
    await oneCycle(first.learn, { resume: dir, callbacks: during })
    expect(everything(second)).toEqual(before)
    expect(await readdir(dir)).toEqual(['fit-0.safetensors'])
  })

  it('and is let go however the fit ends', async () => {
    const dir = await temporaryFolder()
    const fails = (event: 'before_fit' | 'before_epoch' | 'after_fit'): Callback => ({
      order: 3e9,
      [event]: () => {
        throw new Error(`no ${event}`)
      },
    })
    for (const event of ['before_fit', 'before_epoch', 'after_fit'] as const)
      await expect(oneCycle(program().learn, { resume: dir, callbacks: fails(event) })).rejects.toThrow(`no ${event}`)
    // Refused, as it is of another length.
    await expect(program().learn.fit_one_cycle(3, 1e-2, { resume: dir })).rejects.toThrow(/this one 3 epochs/)
    expect(await readdir(dir)).toEqual(['fit-0.safetensors'])
  })
})
