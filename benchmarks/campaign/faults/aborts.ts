import type { Callback } from '@onecycle/callbacks'
import type { Learner } from '@onecycle/learner'
import { aroundSteps } from '../file-steps.js'
import { endingOf, endsWell, free, lostIn, type Outcome, program, train, trainIn, trial } from './lab.js'

/** Where a fit is when its signal is aborted. */
const phases: Record<string, (abort: () => void) => Callback<Learner>> = {
  'before the first batch': abort => ({ before_fit: abort }),
  'in a training batch': abort => ({ after_pred: ({ train_iter, training }) => void (training && train_iter === 7 && abort()) }),
  'in the last training batch of an epoch': abort => ({
    before_batch: ({ iter, epoch }) => void (iter === 4 && epoch === 0 && abort()),
  }),
  'in a validation batch': abort => ({ after_pred: ({ training, epoch }) => void (!training && epoch === 2 && abort()) }),
  'between training and validation': abort => ({ before_validate: ({ epoch }) => void (epoch === 2 && abort()) }),
  'between epochs': abort => ({ after_epoch: ({ epoch }) => void (epoch === 1 && abort()) }),
  'in the last event': abort => ({ after_fit: abort }),
}

/** An aborted signal ends a fit with another checkpoint, and a search with all as it was. */
export async function* aborts(): AsyncGenerator<Outcome> {
  const ending = 'rejects: enough'
  for (const [phase, aborting] of Object.entries(phases))
    yield trial(`an abort ${phase}`, async dir => {
      const controller = new AbortController()
      const half = program([{ name: 'aborting', ...aborting(() => controller.abort(new Error('enough'))) }])
      const outcome = await endingOf(trainIn(dir, half.learn, { signal: controller.signal }))
      free(half)
      return { outcome, lost: [...(outcome === ending ? [] : ['the reason']), ...(await lostIn(dir))] }
    })
  for (const write of [1, 2, 5])
    yield trial(`an abort amid the writing of checkpoint ${write}`, async dir => {
      const controller = new AbortController()
      let writes = 0
      const mend = await aroundSteps(
        ['rename'],
        work =>
          async function (...args) {
            if (++writes === write) controller.abort(new Error('enough'))
            return work.apply(this, args)
          },
      )
      const half = program()
      const outcome = await endingOf(trainIn(dir, half.learn, { signal: controller.signal })).finally(mend)
      free(half)
      return { outcome, lost: await lostIn(dir) }
    })
  for (const batch of [0, 3, 11])
    yield trial(`an abort in batch ${batch} of lr_find`, async () => {
      const controller = new AbortController()
      const whole = program()
      const aborting: Callback<Learner> = {
        after_pred({ train_iter }) {
          if (train_iter === batch) controller.abort(new Error('enough'))
        },
      }
      whole.learn.bus.add(aborting)
      const outcome = await endingOf(whole.learn.lr_find({ num_it: 12, stop_div: false, signal: controller.signal }))
      whole.learn.bus.remove(aborting)
      await train(whole.learn)
      const lost = (await endsWell(whole)) ? [] : ['the fit after it ends with other bits']
      free(whole)
      return { outcome, lost: [...lost, ...(outcome === ending ? [] : ['the reason'])] }
    })
}
