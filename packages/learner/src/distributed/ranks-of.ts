import { show, typeError } from '@onecycle/platform'
import type { Communicator } from './communicator.js'
import { DataParallel } from './data-parallel.js'
import type { RankedLearner } from './ranked-learner.js'
import { Ranks } from './ranks.js'

/**
 * What a Learner agrees on with those that train as one with it, from now on.
 *
 * @throws TypeError for a metric whose figures cannot be put together
 */
export function ranksOf(learn: RankedLearner, comm: Communicator): Ranks {
  for (const metric of learn.metrics)
    if (!metric.together)
      throw typeError(
        'metric-of-ranks',
        `The metric ${metric.name} does not say how its figures of several ranks become one. Give it together(gather), or measure by a function of ` +
          `(pred, target), whose mean is taken, in place of ${show(metric)}.`,
      )
  const ranks = new Ranks(learn, comm)
  learn.random.rank = comm.rank
  learn.bus.add(new DataParallel(ranks) as never)
  return ranks
}
