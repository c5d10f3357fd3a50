// Alone: it loads our sources and a backend.
import '@tensorflow/tfjs-backend-cpu'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import {
  accuracy,
  type Callback,
  CancelBackward,
  CancelBatch,
  CancelEpoch,
  CancelFit,
  CancelStep,
  CancelTrain,
  CancelValidate,
  DataBunch,
  type EventName,
  events,
  type FitOptions,
  Learner,
  Random,
  sgd,
} from 'onecycle'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from './run-program.js'
import { runSnippet } from './run-snippet.js'
import { blocksOf } from './snippets.js'

const page = readFileSync(join(root, 'docs/callbacks.md'), 'utf8')

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const random = new Random(1)
const x = Float32Array.from({ length: 48 }, () => random.normal())
const y = Int32Array.from({ length: 24 }, (_, i) => Number(x[2 * i]! > x[2 * i + 1]!))

/** So many batches of four points to train on, and two to validate on. */
function learner(callbacks: Callback<Learner>[] = [], batches = 2): Learner {
  const points = { x: x.slice(0, 8 * batches), y: y.slice(0, 4 * batches), valid: { x: x.slice(-16), y: y.slice(-8) } }
  const data = DataBunch.from_arrays({ ...points, shape: [2], bs: 4, seed: 1, classes: ['no', 'yes'] })
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], kernelInitializer })] })
  const quiet = { progress: false, log: false, seed: 1 } as const
  return new Learner(data, model, { optimizer: sgd({ wd: 0 }), metrics: accuracy, callbacks, ...quiet })
}

const passes = ['train', 'validate'] as const
type Pass = (typeof passes)[number]
const passOf = ({ training }: Learner): Pass => (training ? 'train' : 'validate')
const signals: Readonly<Record<string, new () => Error>> = {
  batch: CancelBatch,
  backward: CancelBackward,
  step: CancelStep,
  train: CancelTrain,
  validate: CancelValidate,
  epoch: CancelEpoch,
  fit: CancelFit,
}

/** Has `after_cancel_X` be heard, where that is the event. */
function leadTo(event: EventName, pass: Pass): Callback<Learner> {
  const section = /^after_cancel_(.*)/.exec(event)?.[1]
  const cancel = (learn: Learner) => {
    if (section !== 'batch' || passOf(learn) === pass) throw new signals[section!]!()
  }
  return section ? ({ [`before_${section}`]: cancel } as Callback<Learner>) : { after_create() {} }
}

/** In which passes an event is heard, where it is one of a pass. */
const heardIn = (event: EventName): readonly Pass[] => {
  if (/batch|pred|loss/.test(event)) return passes
  return /validate/.test(event) ? ['validate'] : ['train']
}
/** Whether an event comes when it is not told in which pass. */
const outside = (event: EventName) => /fit|epoch/.test(event)

/** The table of the page, by event. */
const rows = [...page.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, event, cells]) => {
  const [read, train, validate, signals] = cells!.split('|').map(cell => cell.trim())
  const list = (cell: string) => (cell === '' ? [] : cell.split(', ')).toSorted()
  const ends = (pass: Pass) => list(signals!.replace('train or validate', pass))
  return { event: event as EventName, read: list(read!), written: { train: list(train!), validate: list(validate!) }, ends }
})
const told = rows.filter(({ event }) => event !== 'after_create')

describe('the order', () => {
  const drawn = page
    .split('```text\n')[1]!
    .split('```')[0]!
    .match(/(after|before)_\w+/g)!

  it('has all events, in the drawing and in the table', () => {
    expect([...new Set(drawn)]).toEqual(events)
    expect(rows.map(({ event }) => event)).toEqual(events)
  })

  it('is that of a fit of one batch each', async () => {
    const heard: string[] = []
    const hear = Object.fromEntries(events.map(event => [event, () => void heard.push(event)]))
    const learn = learner([hear], 1)
    await learn.fit(0.1, 1)
    // Validation has two batches.
    const plain = drawn.filter(event => !event.includes('cancel'))
    const again = plain.lastIndexOf('before_batch')
    const batch = plain.slice(again, again + 4)
    expect(heard).toEqual(plain.toSpliced(again, 0, ...batch))
  })
})

describe.each(told)('at $event', ({ event, read, written, ends }) => {
  it.each(heardIn(event))('these signals end their part, and all others the fit: %s', async pass => {
    const taken: string[] = []
    for (const [section, Signal] of Object.entries(signals)) {
      const thrown = new Signal()
      let heard = false
      const raise = (learn: Learner) => {
        if (heard || !(outside(event) || passOf(learn) === pass)) return
        heard = true
        throw thrown
      }
      const learn = learner([leadTo(event, pass), { order: 1000, [event]: raise }])
      const escaped = await learn.fit(0.1, 1).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(heard).toBe(true)
      expect([undefined, thrown]).toContain(escaped)
      if (!escaped) taken.push(section)
    }
    expect(taken.toSorted()).toEqual(ends(pass))
  })

  it('there is what the table says, in each pass', async () => {
    const seen: string[][] = []
    let loss = Number.NaN
    const forget = () => {
      loss = Number.NaN
    }
    const remember: Callback<Learner> = {
      before_batch: forget,
      after_loss(learn) {
        loss = learn.loss.dataSync()[0]!
      },
    }
    const look = (learn: Learner) => seen.push(usable(learn, loss))
    for (const pass of heardIn(event))
      await learner([leadTo(event, pass), remember, { order: 1000, [event]: look }, { order: 1001, after_batch: forget }]).fit(
        0.1,
        1,
      )
    expect(seen.length).toBeGreaterThan(0)
    const always = seen.reduce((all, some) => all.filter(name => some.includes(name)))
    expect(always.toSorted()).toEqual(read)
  })

  it.each(heardIn(event))('what the table says counts when it is written, and nothing else does: %s', async pass => {
    const counts: string[] = []
    for (const [name, change] of Object.entries(changes)) {
      const write = (learn: Learner) => {
        if (passOf(learn) === pass && (name === 'weights' || usable(learn, Number.NaN).includes(name))) change(learn)
      }
      const lead = leadTo(event, pass)
      const [plain, changed] = [await outcome([lead], pass), await outcome([leadTo(event, pass), { [event]: write }], pass)]
      if (changed !== plain) counts.push(name)
    }
    expect(counts.toSorted()).toEqual(written[pass])
  })
})

/** What a batch or an epoch has at this moment. */
function usable(learn: Learner, loss: number): string[] {
  const { values, lossValue, grads, xb, yb, pred } = learn
  const tensors = { xb, yb, pred, loss: learn.loss, grads: Object.values(grads) }
  const alive = (given: unknown) => {
    const all = [given].flat() as (tf.Tensor | undefined)[]
    return all.length > 0 && all.every(tensor => tensor && !tensor.isDisposed)
  }
  return [
    ...Object.entries(tensors).flatMap(([name, given]) => (alive(given) ? [name] : [])),
    ...(lossValue === loss ? ['lossValue'] : []),
    ...(Object.keys(values).length > 0 ? ['values'] : []),
  ]
}

const changes: Record<string, (learn: Learner) => unknown> = {
  xb: learn => Object.assign(learn, { xb: tf.mul(learn.xb as tf.Tensor, -3) }),
  yb: learn => Object.assign(learn, { yb: tf.sub(tf.scalar(1, 'int32'), learn.yb as tf.Tensor) }),
  pred: learn => Object.assign(learn, { pred: tf.mul(learn.pred as tf.Tensor, -3) }),
  loss: learn => Object.assign(learn, { loss: tf.mul(learn.loss, 3) }),
  weights: learn => Object.assign(learn, { weights: tf.tensor1d([1, 2, 3, 4]) }),
  grads(learn) {
    for (const [name, gradient] of Object.entries(learn.grads)) learn.grads[name] = tf.mul(gradient, -3)
  },
}

/** The weights that a fit leaves, or the figures of its validation. */
async function outcome(callbacks: Callback<Learner>[], pass: Pass): Promise<string> {
  const learn = learner(callbacks)
  const { val_losses, metrics } = await learn.fit(0.1, 1)
  return JSON.stringify(pass === 'train' ? await weightsOf(learn) : [val_losses, metrics])
}

async function weightsOf(learn: Learner): Promise<number[]> {
  return Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])
}

it('rates hold from the next step on, whenever they are set', async () => {
  const lr = async (event: EventName) => {
    const set = (learn: Learner) => learn.opt.set('lr', 0.5)
    const learn = learner([{ [event]: set }], 1)
    await learn.fit(0.1, 1)
    return JSON.stringify(await weightsOf(learn))
  }
  const before = events.slice(1, events.indexOf('before_step') + 1).filter(event => !event.includes('cancel'))
  const fast = await Promise.all(before.map(lr))
  expect(new Set(fast).size).toBe(1)
  expect(await lr('after_step')).not.toBe(fast[0])
})

describe('the ten callbacks', () => {
  const snippets = blocksOf('docs/callbacks.md').slice(1)
  const names = snippets.map(({ code }) => /^const (\w+)/m.exec(code)![1]!)

  /** What a snippet declares, from a run of its own. */
  async function run<T extends Callback<Learner> = Callback<Learner>>(name: string): Promise<T> {
    const [callback] = (await runSnippet(snippets[names.indexOf(name)]!.code, {}, `[${name}]`)) as [T]
    return callback
  }

  async function fit(callbacks: Callback<Learner>[], epochs = 1, options: FitOptions = {}, batches = 2) {
    const learn = learner([], batches)
    const before = tf.memory().numTensors
    const history = await learn.fit(0.1, epochs, { ...options, callbacks })
    expect(tf.memory().numTensors).toBe(before)
    return { learn, history, weights: await weightsOf(learn) }
  }

  it('are ten, of at most five lines', () => {
    expect(names).toHaveLength(10)
    for (const { code } of snippets)
      expect(
        code
          .split(/^const .*\n/m)[1]!
          .trim()
          .split('\n').length - 1,
      ).toBeLessThanOrEqual(5)
  })

  it('goodEnough', async () => {
    const { learn, history } = await fit([await run('goodEnough')], 60)
    expect(learn.reason).toBe('stopped')
    expect(history.metrics['accuracy']!.map(value => value! > 0.9)).toEqual([...history.epochs.slice(1).map(() => false), true])
  })

  it('tenBatches', async () => {
    const many = learner([await run('tenBatches')], 4)
    many.data = DataBunch.from_arrays({ x, y, shape: [2], bs: 2, seed: 1, classes: ['no', 'yes'] })
    expect((await many.fit(0.1, 2)).nb_batches).toEqual([10, 10])
  })

  it('leaveOutliers', async () => {
    const wild: Callback<Learner> = {
      after_loss: learn => void Object.assign(learn, { loss: tf.mul(learn.loss, learn.train_iter === 1 ? 100 : 1) }),
    }
    const [one, both] = [await fit([wild, await run('leaveOutliers')]), await fit([wild])]
    const first = await fit([
      await run('tenBatches'),
      {
        after_batch: ({ training }: Learner) => {
          if (training) throw new CancelTrain()
        },
      } as Callback<Learner>,
    ])
    expect(one.weights).toEqual(first.weights)
    expect(both.weights).not.toEqual(first.weights)
  })

  it('noise', async () => {
    const [plain, one, again] = [await fit([]), await fit([await run('noise')]), await fit([await run('noise')])]
    expect(one.weights).toEqual(again.weights)
    expect(one.weights).not.toEqual(plain.weights)
    expect(Math.abs(one.history.losses[0]! - plain.history.losses[0]!)).toBeLessThan(0.3)
  })

  it('bounded', async () => {
    const large: Callback<Learner> = {
      order: -1,
      after_pred: learn => void Object.assign(learn, { pred: tf.mul(learn.pred as tf.Tensor, 1e6) }),
    }
    // Of two classes, at most 5 and -5: a loss of log(1 + exp(10)).
    const { history } = await fit([large, await run('bounded')])
    expect(Math.max(...history.losses)).toBeLessThanOrEqual(Math.log1p(Math.exp(10)) + 1e-4)
    expect(history.val_losses[0]).toBeLessThanOrEqual(Math.log1p(Math.exp(10)) + 1e-4)
  })

  it('l1', async () => {
    const [plain, charged] = [await fit([]), await fit([await run('l1')])]
    const magnitudes = (await weightsOf(learner())).reduce((sum, weight) => sum + Math.abs(weight), 0)
    expect(charged.history.losses[0]).toBeCloseTo(plain.history.losses[0]! + 0.01 * magnitudes, 5)
  })

  it('signs', async () => {
    const before = await weightsOf(learner([], 1))
    const { weights } = await fit([await run('signs')], 1, {}, 1)
    for (const [i, weight] of weights.entries()) expect(Math.abs(weight - before[i]!)).toBeCloseTo(0.1, 6)
  })

  it('warmUp', async () => {
    const { history } = await fit([await run('warmUp')], 5)
    expect(history.lrs.map(lr => Math.round(lr * 80))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8])
  })

  it('best', async () => {
    const spoil: Callback<Learner> = {
      before_step(learn) {
        if (learn.epoch > 1) changes['grads']!(learn)
      },
    }
    const [whole, good] = [await fit([spoil, await run('best')], 4), await fit([], 2)]
    expect(whole.weights).toEqual(good.weights)
  })

  it('counted', async () => {
    const counted = await run<Callback<Learner> & { samples: number }>('counted')
    await fit([counted], 2)
    expect(counted.samples).toBe(16)
    counted.restore!(counted.state!() as number)
    await fit([counted], 1)
    expect(counted.samples).toBe(24)
  })
})
