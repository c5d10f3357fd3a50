import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import type { Layer } from './trainable-model.js'

interface BatchNorm extends Layer {
  scale: boolean
  center: boolean
  gamma?: { read(): Tensor }
  beta?: { read(): Tensor }
  readonly movingMean: { readonly shape: number[] }
}

/**
 * Gives a batch norm without scale or center (`scale: false`) constants in their place, from {@link begin} to {@link end}: while it
 * trains, TensorFlow.js reads both, and fails.
 */
export class CompleteBatchNorm {
  readonly #layer: BatchNorm
  readonly #scale: boolean
  readonly #center: boolean

  private constructor(layer: BatchNorm) {
    this.#layer = layer
    this.#scale = layer.scale
    this.#center = layer.center
  }

  /** Undefined for a layer that needs no help. */
  static for(layer: Layer): CompleteBatchNorm | undefined {
    const { scale, center, movingMean } = layer as Partial<BatchNorm>
    return movingMean && !(scale && center) ? new CompleteBatchNorm(layer as BatchNorm) : undefined
  }

  begin(): void {
    const { shape } = this.#layer.movingMean
    if (!this.#scale) this.#layer.gamma = { read: () => ones(shape) }
    if (!this.#center) this.#layer.beta = { read: () => zeros(shape) }
    this.#layer.scale = this.#layer.center = true
  }

  end(): void {
    if (!this.#scale) delete this.#layer.gamma
    if (!this.#center) delete this.#layer.beta
    this.#layer.scale = this.#scale
    this.#layer.center = this.#center
  }
}
