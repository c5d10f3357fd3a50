import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { pure } from '../../replay/replayable.js'

type CellOptions = Parameters<typeof layers.gruCell>[0]
type StockCell = ReturnType<typeof layers.gruCell>

// TensorFlow.js does not export the class. A name of its own, so that nobody's layers are numbered otherwise.
const StockCell = layers.gruCell({ units: 1, name: 'gru_cell' }).constructor as new (options: CellOptions) => StockCell

/**
 * A step of a GRU whose reset gate r takes part of what the state h becomes by its weights, and not of the state: the candidate is
 * activation(x W + b + r (h U + c)), where that of TensorFlow.js's cell is activation(x W + b + (r h) U). The bias is [b; c], [2, 3 units].
 *
 * Source: Keras's `GRUCell` with `reset_after`; cuDNN.
 */
export class ResetAfterCell extends StockCell {
  static override readonly name: string = 'GRUCell'
  static readonly className = 'GRUCell'
  static {
    pure(ResetAfterCell)
    // Whose steps the wasm backend runs in one kernel.
    Object.assign(ResetAfterCell.prototype.call, { [Symbol.for('onecycle.recurrentCell')]: 'gruAfter' })
  }

  constructor(options: CellOptions & { resetAfter?: unknown }) {
    // Its own refuses it.
    const { resetAfter, ...rest } = options
    super(rest)
  }

  override addWeight(...[name, shape, ...rest]: Parameters<layers.Layer['addWeight']>): ReturnType<layers.Layer['addWeight']> {
    return super.addWeight(name, name === 'bias' ? [2, ...shape] : shape, ...rest)
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean | null }): tf.Tensor[] {
    return tf.tidy(() => {
      const [given, before] = inputs as [tf.Tensor2D, tf.Tensor2D]
      const x = this.#dropped('dropoutMask', this.dropout, given, training)
      const h = this.#dropped('recurrentDropoutMask', this.recurrentDropout, before, training)
      const [own, ofState] = this.useBias ? tf.unstack(this.bias.read()) : []
      const [update, reset, entering] = this.#sums(x, this.kernel.read(), own)
      const [keeping, forgetting, seen] = this.#sums(h, this.recurrentKernel.read(), ofState)
      const z = this.recurrentActivation.apply(tf.add(update, keeping))
      const r = this.recurrentActivation.apply(tf.add(reset, forgetting))
      const candidate = this.activation.apply(tf.add(entering, tf.mul(r, seen)))
      const state = tf.add(tf.mul(z, h), tf.mul(tf.sub(1, z), candidate))
      return [state, state]
    })
  }

  #sums(x: tf.Tensor2D, weights: tf.Tensor, bias: tf.Tensor | undefined): [tf.Tensor, tf.Tensor, tf.Tensor] {
    const product = tf.matMul(x, weights as tf.Tensor2D)
    return tf.split(bias ? tf.add(product, bias) : product, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
  }

  /** By what is drawn with the first step, and kept until the layer drops it. */
  #dropped(
    name: 'dropoutMask' | 'recurrentDropoutMask',
    part: number,
    x: tf.Tensor2D,
    training: boolean | null | undefined,
  ): tf.Tensor2D {
    if (!training || !(part > 0 && part < 1)) return x
    const drop = this.dropoutFunc ?? tf.dropout
    this[name] ??= tf.keep(drop(tf.onesLike(x), part) as tf.Tensor)
    return tf.mul(x, this[name] as tf.Tensor2D)
  }

  /** Forgets what was drawn for the steps of one call. */
  dropMasks(): void {
    tf.dispose([this.dropoutMask, this.recurrentDropoutMask])
    Object.assign(this, { dropoutMask: null, recurrentDropoutMask: null })
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), resetAfter: true }
  }
}
