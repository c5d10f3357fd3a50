import type { Vocab } from '@onecycle/data'
import { type FileSource, nameOf, plainError, typeError } from '@onecycle/platform'
import { dispose, tensor } from '@tensorflow/tfjs-core'
import { loadCheckpoint, readMetadata, saveCheckpoint } from '../checkpoint/file.js'
import { isLayersModel, type Layer, type Model } from '../model/trainable-model.js'

/** The layers that read tokens, in models for texts: what stands for each, and what goes from one to the next. */
function readers(model: Model): Layer[] {
  return isLayersModel(model) ? model.layers.filter(({ name }) => /^(embedding|rnn_\d+)$/.test(name)) : []
}

/** Writes what a language model has learnt of reading, and its vocabulary. Resolves to the address in full. */
export async function saveEncoder(model: Model, vocab: Vocab, address: string): Promise<string> {
  if (isLayersModel(model) && model.layers.some(({ name }) => name === 'block_1'))
    throw typeError(
      'another-kind',
      "save_encoder writes recurrent layers, which classifiers have too; this model's arch is 'transformer'. save() keeps its weights.",
    )
  const weights: Record<string, { shape: number[]; values: Float32Array }> = {}
  for (const layer of readers(model))
    for (const [i, weight] of layer.getWeights().entries())
      weights[`${layer.name}.${i}`] = { shape: [...weight.shape], values: new Float32Array(await weight.data()) }
  return saveCheckpoint(address, { weights }, { with_opt: false, metadata: { vocab: JSON.stringify(vocab.state()) } })
}

/**
 * Puts in place what {@link saveEncoder} wrote. A token has the figures that it had there; one that was not there those that all have on average.
 *
 * @throws Error for another file, and layers that are not there, or have other sizes; nothing is changed then
 */
export async function loadEncoder(model: Model, vocab: Vocab, source: FileSource): Promise<void> {
  const [{ weights }, metadata] = [await loadCheckpoint(source), await readMetadata(source)]
  const known = metadata?.['vocab']
  if (known === undefined)
    throw plainError(
      'encoder-unreadable',
      `${nameOf(source)} is no encoder: learn.save_encoder of a language_model_learner writes one. load() reads what save() wrote.`,
    )
  const given: typeof weights = {
    ...weights,
    'embedding.0': rowsFor(vocab, JSON.parse(known) as string[], weights['embedding.0']!),
  }
  const layers = readers(model)
  const ours = layers.flatMap(layer => layer.getWeights().map((weight, i) => written(`${layer.name}.${i}`, weight.shape)))
  const theirs = Object.entries(given).map(([name, { shape }]) => written(name, shape))
  const [missing, more] = [ours.filter(name => !theirs.includes(name)), theirs.filter(name => !ours.includes(name))]
  if (missing.length + more.length > 0)
    throw plainError(
      'other-model',
      `${nameOf(source)} is of another encoder: the model has ${missing.join(', ') || 'nothing else'}, and the file ${more.join(', ') || 'nothing else'}. ` +
        'Make both with the same arch, emb_sz, n_hid and n_layers.',
    )
  for (const layer of layers) {
    const values = layer.weights.map((_, i) => given[`${layer.name}.${i}`]!)
    const tensors = values.map(({ shape, values }) => tensor(values, [...shape]))
    layer.setWeights(tensors)
    dispose(tensors)
  }
}

const written = (name: string, shape: readonly number[]) => `${name} [${shape}]`

/** The rows of a table for other tokens. */
function rowsFor(
  vocab: Vocab,
  known: readonly string[],
  table: { readonly shape: readonly number[]; readonly values: Float32Array },
) {
  const size = table.shape[1]!
  const mean = new Float32Array(size)
  for (const [i, value] of table.values.entries()) mean[i % size]! += value / known.length
  const places = new Map(known.map((token, i) => [token, i]))
  const values = new Float32Array(vocab.length * size)
  for (const [i, token] of vocab.itos.entries()) {
    const place = places.get(token)
    values.set(place === undefined ? mean : table.values.subarray(place * size, (place + 1) * size), i * size)
  }
  return { shape: [vocab.length, size], values }
}
