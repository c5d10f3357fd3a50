import * as tf from '@tensorflow/tfjs-core'
import { layerNormKernelNames } from './kernel-names.js'
import { type LayerInputs, onlyTensor, serves } from './layer-input.js'
import { runKernelOfMany } from './run-kernel.js'

/** What is used of tfjs-layers' LayerNormalization. */
interface LayerNormalization {
  readonly axis: number | number[]
  readonly epsilon: number
  readonly gamma?: { read(): tf.Tensor } | null
  readonly beta?: { read(): tf.Tensor } | null
}

/** What the layer's `call` does; undefined where its own has to. */
export function layerNormalization(layer: LayerNormalization, inputs: LayerInputs): tf.Tensor | undefined {
  const x = onlyTensor(inputs)
  if (!serves(layerNormKernelNames.forward, x)) return undefined
  const axes = [layer.axis].flat()
  if (axes.length > 1 || (axes[0] !== -1 && axes[0] !== x.rank - 1)) return undefined
  return tf.tidy(() => {
    const columns = [x.shape.at(-1)!]
    const gamma = layer.gamma?.read() ?? tf.ones(columns)
    const beta = layer.beta?.read() ?? tf.zeros(columns)
    return runKernelOfMany(layerNormKernelNames.forward, { x, gamma, beta }, { epsilon: layer.epsilon })[0]!
  })
}
