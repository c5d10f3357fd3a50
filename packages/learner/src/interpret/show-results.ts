import { checkCount, checkOptions, kind } from '@onecycle/platform'
import { Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { streamOf } from '../check/stream-of.js'
import { predictionsHeld } from '../loss/loss-of.js'
import { Beginning } from './beginning.js'
import type { Interpreted } from './check-learner.js'
import { ClassificationInterpretation } from './classification-interpretation.js'
import type { Interpretation, InterpretationOptions } from './interpretation.js'
import { RegressionInterpretation } from './regression-interpretation.js'
import { samplesAt } from './samples-at.js'
import { type Column, samplesPanel } from './samples-panel.js'

/** What `show_results` is given: how many samples, of which data, and where they are shown. */
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
  const heads = head === undefined ? learn.loss_func.heads : undefined
  const interps: Interpretation[] = []
  for (const each of heads?.map(({ name }) => name) ?? [head])
    interps.push(await kindOf(learn, each).from_learner(learn, { dl: beginning, head: each }))
  const columns = interps.flatMap((interp, i) =>
    interp.columns().map(column => (heads ? { ...column, name: `${heads[i]!.name} ${column.name}` } : column)),
  )
  const weights = heads?.map(({ weight }) => weight) ?? [1]
  const lossOf = (sample: number) => interps.reduce((sum, { losses }, i) => sum + weights[i]! * losses[sample]!, 0)
  const loss: Column = { name: 'loss', of: sample => lossOf(sample).toFixed(3) }
  const places = [...interps[0]!.losses.keys()]
  const marks = (sample: number) => (heads ? undefined : interps[0]!.marks(sample))
  const panel = samplesPanel('Results', learn.data, places, await samplesAt(beginning, places), [...columns, loss], marks)
  return new Plot({ panels: [panel] }).present(how)
}

function kindOf(learn: Interpreted, head: string | undefined) {
  const { holds, binary } = predictionsHeld(learn.loss_func, learn.model)
  const isOfClass = learn.data.target === 'class' || holds !== undefined || binary
  const isClass = head === undefined ? isOfClass : learn.data.heads?.[head]?.target !== 'value'
  return isClass ? ClassificationInterpretation : RegressionInterpretation
}
