import type { Batch, TextLMDataBunch } from '@onecycle/data'
import { disposeOf } from '@onecycle/data/internal'
import { checkCount, checkOptions, kind, rangeError } from '@onecycle/platform'
import { Plot, type ShowOptions, tablePanel } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { argMax, slice, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { standardModel } from '../export/standard-model.js'
import { disposeModel } from '../model/dispose-model.js'

export interface ShowStreamsOptions extends ShowOptions {
  /** Streams. Default 9. */
  n?: number | undefined
}

/** Tokens of a stream that are shown. */
const shownTokens = 30

/** The beginnings of the streams that validate, and at each place the token that the model takes for the next one. */
export async function showStreams(data: TextLMDataBunch, model: LayersModel, options: ShowStreamsOptions): Promise<Plot> {
  checkOptions<ShowStreamsOptions>('show_results', options, { ...showKinds, n: kind.number })
  const { n = 9, ...how } = options
  const rows = Math.min(checkCount('n', n), data.train_dl.batchSize)
  const batch = await firstOf(data)
  const net = standardModel(model, [], rows)
  const [x, predicted, actual] = tidy(() => {
    const first = (tensor: Tensor) => slice(tensor, [0, 0], [rows, Math.min(shownTokens, tensor.shape[1]!)])
    const xs = first(batch.xs as Tensor)
    return [xs, argMax(net.apply(xs) as Tensor, -1), first(batch.ys as Tensor)]
  })
  try {
    const written = await Promise.all([x!, predicted!, actual!].map(tensor => textsOf(tensor, data)))
    const cells = Array.from({ length: rows }, (_, row) => [String(row), ...written.map(texts => texts[row]!)])
    return new Plot({
      panels: [tablePanel({ title: 'Results', columns: ['stream', 'text', 'predicted', 'actual'], rows: cells })],
    }).present(how)
  } finally {
    for (const tensor of [x, predicted, actual]) tensor!.dispose()
    disposeOf(batch)
    disposeModel(net)
  }
}

async function firstOf({ valid_dl }: TextLMDataBunch): Promise<Batch> {
  for await (const batch of valid_dl!.inOrder!() as AsyncIterable<Batch>) return batch
  throw rangeError('empty-data', 'The stream that validates gave no batch.')
}

async function textsOf(numbers: Tensor, { inputs: { tokenizer, vocab } }: TextLMDataBunch): Promise<string[]> {
  const rows = (await numbers.array()) as number[][]
  const between = tokenizer.level === 'word' ? ' ' : ''
  return rows.map(row => vocab.tokens(row).join(between).replace(/\n/g, '↵'))
}
