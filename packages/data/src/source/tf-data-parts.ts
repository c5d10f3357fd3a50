import { checkOptions, type Kinds, kind } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type Batch, disposeOf } from '../batch.js'
import type { Parts } from '../parts.js'
import { type TfDataSource, TfDataStream } from './tf-data.js'

/** What `DataBunch.from_tfdata` is given: batches to train and to validate on, samples of one, and how many there are. */
export interface TfDataBunchOptions {
  /** Batches to train on: a `tf.data.Dataset` of `{ xs, ys }`, batched and shuffled, or an async iterable of such. */
  train: TfDataSource
  valid?: TfDataSource | undefined
  /** Samples in a full batch of either source. */
  bs: number
  /** Batches in a pass over `train`, where the source does not know. */
  length?: number | undefined
  /** Batches in a pass over `valid`, where the source does not know. */
  valid_length?: number | undefined
  /** Names of the classes; the targets are then labels. */
  classes?: readonly string[] | undefined
}

const tfDataKinds: Kinds<TfDataBunchOptions> = {
  ...{ train: kind.object, valid: kind.object, bs: kind.number, length: kind.number, valid_length: kind.number },
  classes: kind.listOf(kind.string),
}

/** What a DataBunch of these sources is made of. Reads one training batch to learn the shapes. */
export async function readParts(options: TfDataBunchOptions): Promise<Parts> {
  checkOptions<TfDataBunchOptions>('DataBunch.from_tfdata', options, tfDataKinds)
  const { train, valid, bs, length, valid_length, classes } = options
  const c = classes?.length
  const train_dl = new TfDataStream(train, { bs, length, c })
  const batches = train_dl[Symbol.asyncIterator]()
  const batch = (await batches.next()).value as Batch
  const { xs, ys, weights } = batch
  await batches.return()
  disposeOf(batch)
  const [y] = [ys].flat() as [Tensor]
  const { inputNames, targetName } = train_dl
  const valid_dl = valid && new TfDataStream(valid, { bs, length: valid_length, c, inputNames, targetName })
  return {
    train_dl,
    valid_dl,
    inputShape: Array.isArray(xs) ? xs.map(x => x.shape.slice(1)) : xs.shape.slice(1),
    targetShape: y.shape.slice(1),
    target: y.dtype === 'int32' && y.rank === 1 ? 'class' : 'value',
    c,
    classes,
    inputNames,
    targetName,
    weighted: weights !== undefined,
  }
}
