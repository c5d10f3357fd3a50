import * as tf from '@tensorflow/tfjs-core'
import { layersOf } from '../model/layers.js'
import { isLayersModel, type Layer, type Model } from '../model/trainable-model.js'

/** Looks at what layers answer with, from {@link begin} to {@link end}. Nothing of it stays on the layers. */
export class LayerCalls {
  #undo: (() => void)[] = []

  /**
   * @param look is given each output of floats, as it is computed, in a tidy of its own, and the layer's name
   */
  begin(model: Model, look: (layer: string, output: tf.Tensor) => void): void {
    this.end()
    this.#undo = namedLayers(model).map(([name, layer]) => watch(layer, output => look(name, output)))
  }

  end(): void {
    for (const undo of this.#undo.splice(0)) undo()
  }
}

/** The layers of a model that are no models, by place and class: TensorFlow.js's own names count up with every layer made in a process. */
export function namedLayers(model: Model): [name: string, layer: Layer][] {
  const layers = layersOf(model).filter(layer => !isLayersModel(layer))
  return layers.map((layer, i) => [`${i}.${layer.getClassName()}`, layer])
}

function watch(layer: Layer, look: (output: tf.Tensor) => void): () => void {
  const own = Object.hasOwn(layer, 'call') ? layer.call : undefined
  layer.call = (...given) => {
    // That of the class is looked up at each call: it may have been accelerated since.
    const call = own ?? (Object.getPrototypeOf(layer) as Layer).call
    const output = call.apply(layer, given)
    tf.tidy(() => {
      for (const each of [output].flat()) if (each.dtype === 'float32') look(each)
    })
    return output
  }
  return () => {
    if (own) layer.call = own
    else delete (layer as Partial<Layer>).call
  }
}
