import { type Callback, CancelValidate, type EventName } from '@onecycle/callbacks'
import type { Dataset } from '@onecycle/data'
import type { Learner } from '@onecycle/learner'
import { endingOf, endsWell, free, lostIn, modelOf, type Outcome, program, train, trainIn, trial } from './lab.js'

/** The events of a fit, in their order. */
const events: readonly EventName[] = [
  ...(['after_create', 'before_fit', 'before_epoch', 'before_train', 'before_batch', 'after_pred', 'after_loss'] as const),
  ...(['before_backward', 'after_cancel_backward', 'after_backward', 'before_step', 'after_cancel_step', 'after_step'] as const),
  ...(['after_cancel_batch', 'after_batch', 'after_cancel_train', 'after_train', 'before_validate'] as const),
  ...(['after_cancel_validate', 'after_validate', 'after_cancel_epoch', 'after_epoch', 'after_cancel_fit', 'after_fit'] as const),
]

/** Throws when it hears the event for the `nth` time. */
function planted(event: EventName, nth = 0): Callback<Learner> {
  let heard = 0
  const planted = () => {
    if (heard++ === nth) throw new Error('planted')
  }
  return { name: 'planted', [event]: planted }
}

/** A callback that throws at each event, in a fit, a search and a validation. */
export async function* throwingCallbacks(): AsyncGenerator<Outcome> {
  for (const event of events) {
    yield trial(`a callback throws in ${event} of fit`, async dir => {
      if (event === 'after_create') return constructing()
      const half = program([
        planted(event, ['before_epoch', 'before_batch', 'after_batch', 'after_step'].includes(event) ? 1 : 0),
      ])
      const outcome = told(await endingOf(trainIn(dir, half.learn)))
      free(half)
      return { outcome, lost: await lostIn(dir) }
    })
    for (const [what, work] of Object.entries(aside)) {
      if (event === 'after_create') continue
      yield trial(`a callback throws in ${event} of ${what}`, async () => {
        const whole = program([])
        const callback = planted(event)
        const callbacks = event === 'after_cancel_validate' ? [cancels, callback] : [callback]
        whole.learn.bus.add(...callbacks)
        const outcome = told(await endingOf(work(whole.learn)))
        whole.learn.bus.remove(...callbacks)
        await train(whole.learn)
        const lost = (await endsWell(whole)) ? [] : ['the fit after it ends with other bits']
        free(whole)
        return { outcome, lost }
      })
    }
  }
}

/** What leaves a Learner as it was. */
const aside: Record<string, (learn: Learner) => Promise<unknown>> = {
  lr_find: learn => learn.lr_find({ num_it: 12, stop_div: false }),
  validate: learn => learn.validate(),
}

const cancels: Callback<Learner> = {
  before_validate() {
    throw new CancelValidate()
  },
}

const told = (ending: string) => (ending === 'goes on' ? 'is not told of there' : ending)

async function constructing() {
  const model = modelOf()
  try {
    program([planted('after_create')], data => data, model)
  } catch (error) {
    return { outcome: `is not made: ${(error as Error).message}`, lost: [] }
  } finally {
    model.dispose()
  }
  return { outcome: 'is made', lost: ['what was thrown'] }
}

/** Data that cannot be read any more, and is there again in the next process. */
export async function* throwingSources(): AsyncGenerator<Outcome> {
  for (const batches of [0, 2, 7])
    yield trial(`data throws after ${batches} batches`, async dir => {
      const half = program([], data => failing(data, batches))
      const outcome = await endingOf(trainIn(dir, half.learn))
      free(half)
      return { outcome, lost: await lostIn(dir) }
    })
}

function failing(data: Dataset, batches: number): Dataset {
  let read = 0
  const batch = (indices: Int32Array) => {
    if (read++ === batches) throw new Error('the disk is gone')
    return data.batch(indices)
  }
  return Object.assign(Object.create(data) as Dataset, { batch })
}
