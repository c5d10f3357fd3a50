import {
  type Callback,
  CancelBackward,
  CancelBatch,
  CancelEpoch,
  CancelFit,
  type CancelSignal,
  CancelStep,
  CancelTrain,
  CancelValidate,
  type EventName,
  events,
} from '@onecycle/callbacks'
import { memory } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import golden07 from '../../callbacks/fixtures/fastai_07/event_order.json' with { type: 'json' }
import golden1 from '../fixtures/events_v1.json' with { type: 'json' }
import golden from '../fixtures/events_v2.json' with { type: 'json' }
import type { Learner } from './learner.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** Events that the traces mark with the pass they belong to. */
const marked: ReadonlySet<EventName> = new Set(['before_batch', 'after_pred', 'after_loss', 'after_cancel_batch', 'after_batch'])

interface Heard {
  event: EventName
  label: string
  epoch: number
  iter: number
  train_iter: number
  pct_train: number
}

/** Hears everything last, and throws when `raise` says so. */
function listener(raise: (event: EventName, learn: Learner) => void = () => {}) {
  const heard: Heard[] = []
  const hear = (event: EventName) => (learn: Learner) => {
    const { epoch, iter, train_iter, pct_train, training } = learn
    const label = marked.has(event) ? `${event}(${training ? 'train' : 'valid'})` : event
    heard.push({ event, label, epoch, iter, train_iter, pct_train })
    raise(event, learn)
  }
  const handlers = events.filter(event => event !== 'after_create').map(event => [event, hear(event)])
  const callback: Callback<Learner> = { order: 1000, ...Object.fromEntries(handlers) }
  return { heard, callback }
}

const signals: Record<string, new () => CancelSignal> = {
  fit: CancelFit,
  epoch: CancelEpoch,
  train: CancelTrain,
  validate: CancelValidate,
  batch: CancelBatch,
  backward: CancelBackward,
  step: CancelStep,
}

/** The place where a scenario throws, from its title. */
function scenario(title: string) {
  const [, section, event, where = ''] = /^Cancel(\w+) in (\w+)(?: of (.*))?$/.exec(title)!
  const inPlace: Record<string, (learn: Learner) => boolean> = {
    'first train batch': learn => learn.training,
    'a valid batch': learn => !learn.training,
  }
  return { Signal: signals[section!]!, event, isThere: inPlace[where] ?? (() => true) }
}

describe('the loop fires fastai 2’s events', () => {
  it('in its order, with its counters', async () => {
    const { heard, callback } = listener()
    await tinyLearner({ callbacks: [callback] }).fit(1e-2, 2)
    expect(heard.map(({ label }) => label)).toEqual(golden.order)
    for (const [i, { event, iter, train_iter, pct_train, epoch }] of golden.events.entries()) {
      expect(heard[i], event).toMatchObject({ event, train_iter, pct_train, epoch, ...(iter === null ? {} : { iter }) })
    }
  })

  const cancelled = Object.entries(golden.scenarios).filter(([title]) => title.startsWith('Cancel'))
  it.each(cancelled)('%s', async (title, { order, escaped, values }) => {
    const { Signal, event, isThere } = scenario(title)
    const signal = new Signal()
    let raised = false
    const { heard, callback } = listener((fired, learn) => {
      if (raised || fired !== event || !isThere(learn)) return
      raised = true
      throw signal
    })
    const learn = tinyLearner({ callbacks: [callback] })
    const epochs = Math.max(1, order.filter(fired => fired === 'before_epoch').length)
    const tensors = memory().numTensors
    const outcome = await learn.fit(1e-2, epochs).catch((error: unknown) => error)

    // A signal that escapes ends fastai's fit without after_fit; ours lets callbacks clean up and know why.
    const expected = escaped ? [...order, 'after_fit'] : order
    expect(heard.map(({ label }) => label)).toEqual(expected)
    if (escaped) expect(outcome).toBe(signal)
    else expect(learn.recorder.history.epochs.length).toBeLessThanOrEqual(values)
    expect(learn.reason).toBe(escaped ? 'failed' : Signal === CancelFit ? 'stopped' : 'completed')
    learn.opt.clear()
    expect(memory().numTensors).toBe(tensors)
  })

  it('covers every scenario but the one that shows a bug of the original', () => {
    const others = Object.keys(golden.scenarios).filter(title => !title.startsWith('Cancel'))
    expect(others).toEqual(['ValueError in after_loss'])
  })
})

/** fastai 1's names of the moments that both versions have. */
const fastai1Names: Partial<Record<EventName, string>> = {
  before_fit: 'train_begin',
  before_epoch: 'epoch_begin',
  before_batch: 'batch_begin',
  after_pred: 'loss_begin',
  before_backward: 'backward_begin',
  after_backward: 'backward_end',
  after_step: 'step_end',
  after_batch: 'batch_end',
  after_epoch: 'epoch_end',
  after_fit: 'train_end',
}

it('the moments that fastai 1 has too come in its order', async () => {
  const { heard, callback } = listener()
  await tinyLearner({ callbacks: [callback] }).fit(1e-2, 2)
  const ours = heard.flatMap(({ event }) => fastai1Names[event] ?? [])
  expect(ours).toEqual(golden1.order.map(name => name.replace(/\(.*/, '')))
})

it('the moments that fastai 0.7 has too come in its order', async () => {
  const { heard, callback } = listener()
  await tinyLearner({ callbacks: [{ ...callback, run_valid: false }] }).fit(1e-2, 2)
  const known = new Set(golden07.order)
  const ours = heard.flatMap(({ event }) => fastai1Names[event] ?? []).map(name => name.replace('epoch_begin', ''))
  expect(ours.filter(name => known.has(name))).toEqual(golden07.order.filter(name => !name.startsWith('phase')))
})
