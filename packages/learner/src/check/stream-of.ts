import { type BatchStream, type DataBunch, DataLoader, type Dataset } from '@onecycle/data'
import { isPromise, show, typeError } from '@onecycle/platform'
import { Tensor } from '@tensorflow/tfjs-core'

/**
 * The stream of batches that a measurement is asked for: one that is given, a data set in its order, or else the validation data.
 *
 * @throws TypeError when there is none, with what to do
 */
export function streamOf(what: string, given: unknown, data: DataBunch): BatchStream {
  const { valid_dl, train_dl } = data
  if (given === undefined) {
    if (valid_dl) return valid_dl
    throw typeError(
      'no-validation',
      `${what}() has no data: the DataBunch was made without a validation set. Pass a stream: ${what}(dl).`,
    )
  }
  if (isStream(given)) return given
  if (isDataset(given)) return new DataLoader(given, { bs: (valid_dl ?? train_dl).batchSize })
  throw typeError(
    'not-a-stream',
    `${what} got ${show(given)}; expected a stream of batches, such as data.valid_dl, or a data set. ${hint(what, given)}`.trimEnd(),
  )
}

function isStream(given: unknown): given is BatchStream {
  if (typeof given !== 'object' || given === null || given instanceof Tensor) return false
  return (Symbol.iterator in given || Symbol.asyncIterator in given) && 'batchSize' in given
}

function isDataset(given: unknown): given is Dataset {
  return typeof given === 'object' && given !== null && 'batch' in given && 'length' in given && 'inputShape' in given
}

function hint(what: string, given: unknown): string {
  if (typeof given !== 'object' || given === null) return ''
  if (isPromise(given)) return 'Was an await forgotten?'
  if ('train_dl' in given) return `Say which part of the data: ${what}(data.valid_dl).`
  if ('iterator' in given || Symbol.asyncIterator in given)
    return `Make a stream of it: ${what}(new TfDataStream(source, { bs })).`
  if (what === 'get_preds') return 'Predictions of samples are predict(x).'
  return 'Samples with their targets are measured as data: DataBunch.from_arrays({ x, y }).'
}
