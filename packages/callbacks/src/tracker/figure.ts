import { foreignName, nearestName, plainError } from '@onecycle/platform'
import type { Better, TrainingState } from '../training-state.js'

/** @throws Error when this fit will not have a figure that `owner` watches. */
export function checkFigure(owner: string, figure: string, learn: TrainingState): void {
  const all = ['train_loss', 'valid_loss', ...learn.metricNames]
  if (!all.includes(figure)) {
    // Keras marks so what validation measures, as all but one do here.
    const unmarked = figure.replace(/^val(id)?_/, '')
    const nearest = [unmarked].find(each => all.includes(each)) ?? foreignName(figure, all) ?? nearestName(figure, all)
    throw plainError(
      'unknown-figure',
      `There is no ${figure} to monitor. ${nearest === undefined ? '' : `Did you mean ${nearest}? `}` +
        `This fit has ${all.join(', ')}; metrics are given to the Learner.`,
    )
  }
  if (learn.validates || figure === 'train_loss') return
  throw plainError(
    'no-validation',
    `${owner} watches ${figure}, which a validation pass measures, but the data has no validation set: nothing would come of it. ` +
      "Give the data one (valid or valid_pct of DataBunch.from_arrays), or watch the training: monitor: 'train_loss'.",
  )
}

/** Which way its metric says that a figure is better. Throws Error where nobody says. */
export function directionOf(owner: string, figure: string, learn: TrainingState): Better {
  const better = learn.betterOf(figure)
  if (better) return better
  throw plainError(
    'which-is-better',
    `${owner} watches ${figure}, and nobody says which way it is better. Say it where the metric is made, ` +
      `new AverageMetric(${figure}, { better: 'lower' }) or 'higher', which a function may have as a property, too; ` +
      "or tell the tracker: mode: 'min' or 'max' (comp: 'less' or 'greater').",
  )
}
