import type { Tensors } from '@onecycle/callbacks'
import { typeError } from '@onecycle/platform'
import { keep, type Scalar, Tensor } from '@tensorflow/tfjs-core'

/**
 * The tensors of a batch, and who disposes them. What is put in one of these places is the batch's from then on: it outlives the pass
 * that it was made in, and is disposed with the batch, whether it still stands there or another callback has replaced it.
 */
export abstract class BatchTensors {
  #owned: Tensor[] = []
  #xb!: Tensors
  #yb!: Tensors
  #weights: Tensor | undefined
  #pred!: Tensors
  #loss!: Scalar
  #grads: Record<string, Tensor> | undefined
  /** The gradients themselves, where `grads` looks at what is put in their places: a step would be slowed down by it. */
  protected gradients: Record<string, Tensor> = {}

  get xb(): Tensors {
    return this.#xb
  }

  set xb(inputs: Tensors) {
    this.#xb = this.own(inputs)
  }

  get yb(): Tensors {
    return this.#yb
  }

  set yb(targets: Tensors) {
    this.#yb = this.own(targets)
  }

  get weights(): Tensor | undefined {
    return this.#weights
  }

  set weights(weights: Tensor | undefined) {
    this.#weights = weights && this.own(weights)
  }

  get pred(): Tensors {
    return this.#pred
  }

  set pred(predictions: Tensors) {
    this.#pred = this.own(predictions)
  }

  get loss(): Scalar {
    return this.#loss
  }

  set loss(loss: Scalar) {
    // What measures it is chosen once; a function here would be in nobody's way, and of no use.
    if (typeof loss === 'function')
      throw typeError(
        'loss-tensor',
        'learn.loss is the loss of the current batch, a scalar tensor. The function that measures it is an option: new Learner(data, model, { loss }).',
      )
    this.#loss = this.own(loss)
  }

  get grads(): Record<string, Tensor> {
    // They are replaced one by one, too.
    this.#grads ??= new Proxy(this.gradients, {
      set: (all, name, gradient) => Reflect.set(all, name, this.own(gradient)),
    })
    return this.#grads
  }

  set grads(gradients: Record<string, Tensor>) {
    this.gradients = this.own(gradients)
    this.#grads = undefined
  }

  protected own<T extends Tensors | Record<string, Tensor>>(tensors: T): T {
    if (tensors instanceof Tensor) this.#owned.push(keep(tensors))
    else for (const tensor of tensorsIn(tensors)) this.#owned.push(keep(tensor))
    return tensors
  }

  /** Makes room for the tensors of another batch. Returns what puts those of this one back. */
  protected setAside(): () => void {
    const [owned, xb, yb, weights, pred, loss, grads, gradients] = [
      this.#owned,
      this.#xb,
      this.#yb,
      this.#weights,
      this.#pred,
      this.#loss,
      this.#grads,
      this.gradients,
    ]
    this.#owned = []
    return () => {
      this.#owned = owned
      this.#xb = xb
      this.#yb = yb
      this.#weights = weights
      this.#pred = pred
      this.#loss = loss
      this.#grads = grads
      this.gradients = gradients
    }
  }

  protected disposeBatch(): void {
    for (const tensor of this.#owned) tensor.dispose()
    // What has been put into a list of inputs, targets or predictions is disposed with it.
    for (const tensors of [this.#xb, this.#yb, this.#pred])
      if (Array.isArray(tensors)) for (const tensor of tensorsIn(tensors)) tensor.dispose()
    this.#owned = []
    this.#weights = undefined
    this.gradients = {}
    this.#grads = undefined
  }
}

/** Without what is no tensor: a loss that is none is refused later, by name. */
function tensorsIn(tensors: readonly Tensor[] | Record<string, Tensor> | undefined): readonly Tensor[] {
  return Object.values(tensors ?? {}).filter(tensor => tensor instanceof Tensor)
}
