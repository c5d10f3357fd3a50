import { checkCount, checkOptions, kind } from '@onecycle/platform'
import { type Plot, type ShowOptions, showKinds } from '@onecycle/plot'
import { streamOf } from '../check/stream-of.js'
import { predictionsHeld } from '../loss/loss-of.js'
import { Beginning } from './beginning.js'
import type { Interpreted } from './check-learner.js'
import { ClassificationInterpretation } from './classification-interpretation.js'
import type { InterpretationOptions } from './interpretation.js'
import { RegressionInterpretation } from './regression-interpretation.js'

export interface ShowResultsOptions extends InterpretationOptions, ShowOptions {
  /** Samples. Default 9. */
  n?: number | undefined
}

/** The first samples of a stream, with what a model makes of them. */
export async function showResults(learn: Interpreted, options: ShowResultsOptions): Promise<Plot> {
  checkOptions<ShowResultsOptions>('show_results', options, {
    ...showKinds,
    ...{ dl: kind.any, head: kind.string, n: kind.number },
  })
  const { n = 9, dl, head, ...how } = options
  checkCount('n', n)
  const beginning = new Beginning(streamOf('show_results', dl, learn.data), n)
  const { holds, binary } = predictionsHeld(learn.loss_func, learn.model)
  const isOfClass = learn.data.target === 'class' || holds !== undefined || binary
  const isClass = head === undefined ? isOfClass : learn.data.heads?.[head]?.target !== 'value'
  const interpretation = isClass ? ClassificationInterpretation : RegressionInterpretation
  const interp = await interpretation.from_learner(learn, { dl: beginning, head })
  return interp.plot_samples([...interp.losses.keys()], { title: 'Results', ...how })
}
