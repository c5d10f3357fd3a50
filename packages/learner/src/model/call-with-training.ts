import type { Layer } from './trainable-model.js'

/**
 * Has a layer run as in training, or as in use, whatever the model around it does: from {@link begin} to {@link end}, between which
 * one pass runs. Nothing of it stays on the layer.
 */
export class CallWithTraining {
  readonly #layer: Layer
  readonly #call: Layer['call']
  /** The layer's own, beside that of its class. */
  #own: Layer['call'] | undefined

  constructor(layer: Layer, training: boolean) {
    this.#layer = layer
    this.#call = (inputs, options) => {
      // That of the class is looked up at each call: it may have been accelerated since.
      const call = this.#own ?? (Object.getPrototypeOf(layer) as Layer).call
      return call.call(layer, inputs, { ...options, training })
    }
  }

  begin(): void {
    this.#own = Object.hasOwn(this.#layer, 'call') ? this.#layer.call : undefined
    this.#layer.call = this.#call
  }

  end(): void {
    if (this.#own) this.#layer.call = this.#own
    else delete (this.#layer as Partial<Layer>).call
  }
}
