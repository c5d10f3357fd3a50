import type { Tensors, Weights } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { setStatesAside } from '../model/layer-states.js'
import { drawFrom } from '../random/draws.js'
import type { Divergence } from './divergence.js'
import type { DivergingLearner } from './diverging-learner.js'
import { LayerCalls } from './layer-calls.js'
import { readAndDispose } from './stats.js'

type Fault = Pick<Divergence, 'origin' | 'layer' | 'activations' | 'rows'>

/**
 * Where a batch is first not finite: found by running it once more, with the weights and the random numbers that it had. Whatever that
 * moves is put back.
 */
export async function firstFault(learn: DivergingLearner): Promise<Fault> {
  const { size, rows } = await rowsOf(learn)
  const among = (found: readonly number[]) => (found.length < size ? { rows: found } : {})
  if (rows.inputs.length > 0) return { origin: 'inputs', ...among(rows.inputs) }
  if (rows.targets.length > 0) return { origin: 'targets', ...among(rows.targets) }
  const weights = await learn.getWeights()
  const spoiled = learn.trained.filter(({ name }) => weights[name] && !weights[name].values.every(Number.isFinite))
  if (spoiled.length > 0) return { origin: 'weights', layer: nearestToLoss(spoiled.map(({ name }) => name)) }
  const activations = await activationsOf(learn, weights)
  const layer = Object.keys(activations).find(name => Number.isNaN(activations[name]))
  if (layer !== undefined) return { origin: 'activations', layer, activations, ...among(rows.pred) }
  return { origin: Number.isFinite(learn.lossValue) ? undefined : 'loss', activations }
}

/** Gradients go from the loss back to the inputs: the last layer that one has spoiled is the first on their way. */
function nearestToLoss(names: readonly string[]): string {
  const layerOf = (name: string) => name.slice(0, name.lastIndexOf('.'))
  return names.find(name => layerOf(name) === layerOf(names.at(-1)!))!
}

/** Rows of the batch that are not finite, and how many rows there are. */
async function rowsOf({ xb, yb, pred }: DivergingLearner) {
  const masks = tf.tidy(() => [xb, yb, pred].map(tensors => spoiledRows(tensors)))
  const [inputs, targets, predictions] = await Promise.all(masks.map(readAndDispose))
  const places = (mask: Float32Array) => [...mask.keys()].filter(row => mask[row]! > 0)
  return { size: inputs!.length, rows: { inputs: places(inputs!), targets: places(targets!), pred: places(predictions!) } }
}

/** 1 for each row that is not finite in one of several tensors. */
function spoiledRows(tensors: Tensors): tf.Tensor {
  const masks = [tensors].flat().flatMap(tensor => {
    // There may be no targets.
    if (!(tensor instanceof tf.Tensor)) return []
    const rows = tf.reshape(tensor, [tensor.shape[0] ?? 1, -1])
    return rows.dtype === 'float32' ? tf.max(tf.sub(1, tf.cast(tf.isFinite(rows), 'float32')), 1) : tf.zeros([rows.shape[0]])
  })
  return masks.length === 0 ? tf.zeros([0]) : masks.reduce((all, mask) => tf.maximum(all, mask))
}

/** Largest absolute value that each layer answers with; NaN where not all are finite. */
async function activationsOf(learn: DivergingLearner, weights: Weights): Promise<Record<string, number>> {
  const calls = new LayerCalls()
  const names: string[] = []
  const figures: tf.Tensor[] = []
  const putBack = setStatesAside(learn.model)
  try {
    calls.begin(learn.model, (name, output) => {
      names.push(name)
      const finite = tf.isFinite(output)
      const most = tf.max(tf.where(finite, tf.abs(output), tf.zerosLike(output)))
      figures.push(tf.keep(tf.stack([tf.min(tf.cast(finite, 'float32')), most])))
    })
    tf.tidy(() => {
      drawFrom(learn.random.again(), () => learn.forwardPass.run(learn.xb, true))
    })
    if (figures.length === 0) return {}
    const values = await readAndDispose(tf.stack(figures))
    const most: Record<string, number> = {}
    names.forEach((name, i) => {
      const value = values[2 * i] ? values[2 * i + 1]! : Number.NaN
      // Of a layer that is called several times, the one that says most; NaN stays.
      if (!(most[name]! >= value)) most[name] = Number.isNaN(most[name]) ? Number.NaN : value
    })
    return most
  } finally {
    calls.end()
    tf.dispose(figures)
    putBack()
    await learn.setWeights(weights)
  }
}
