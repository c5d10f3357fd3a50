import { type Callback, type ModelStore, SaveModel, type TrainingState } from '@onecycle/callbacks'
import { checkAddress, checkFileName, rangeError, show, typeError } from '@onecycle/platform'

/** Where fastai 0.7's `fit` keeps weights. Names are paths as the Learner's `save` takes them. */
export interface SaveNames {
  /** Saves the weights whenever the first metric is better than ever, or without metrics the validation loss lower. */
  best_save_name?: string | undefined
  /** Saves the weights at the end of each cycle, as `NAME_cyc_0`, `NAME_cyc_1`, ... */
  cycle_save_name?: string | undefined
}

/**
 * The callbacks that save under these names, for cycles that end after so many batches of the fit.
 *
 * @throws TypeError for a name that names no file, or a best that nobody can tell; Error for an address that cannot be written here; RangeError for a name of cycles that there are not.
 */
export function savers(learn: TrainingState & ModelStore, names: SaveNames, cycle_ends: readonly number[]): Callback[] {
  for (const [option, name] of Object.entries(names)) if (name !== undefined) checkAddress(checkFileName(option, name), 'write')
  const { best_save_name, cycle_save_name } = names
  return [
    ...(best_save_name === undefined ? [] : [saveBest(learn, best_save_name)]),
    ...(cycle_save_name === undefined ? [] : [saveCycles(learn, cycle_save_name, cycle_ends)]),
  ]
}

function saveBest(learn: TrainingState & ModelStore, fname: string): Callback {
  const [monitor = 'valid_loss'] = learn.metricNames
  const problem = !learn.validates
    ? 'the data has no validation set: give it one (valid or valid_pct), or leave best_save_name out.'
    : learn.betterOf(monitor) === undefined &&
      `nobody says which way is better: give the metric better: 'lower' or 'higher', as in new AverageMetric(${monitor}, { better: 'lower' }).`
  if (problem) throw typeError('unknown-figure', `best_save_name keeps the model that is best by ${monitor}, but ${problem}`)
  return new SaveModel(learn, { fname, monitor, reload: false, log: () => {} })
}

function saveCycles(store: ModelStore, name: string, cycle_ends: readonly number[]): Callback {
  if (cycle_ends.length === 0)
    throw rangeError('needs-cycle-len', `cycle_save_name is ${show(name)}, but there are no cycles: give cycle_len.`)
  return {
    name: 'saveCycles',
    order: 61,
    async after_epoch({ epoch, n_train_iter }) {
      const cycle = cycle_ends.indexOf((epoch + 1) * n_train_iter)
      if (cycle >= 0) await store.save(`${name}_cyc_${cycle}`, { with_opt: false })
    },
  }
}
