import type { Tensors } from '@onecycle/callbacks'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'

/**
 * Measures predictions against targets: the mean over the batch, as a differentiable scalar.
 *
 * Any function of that shape will do. With `activation`, `predict` and `get_preds` know how to turn the model's output
 * into what it stands for (logits into probabilities, say).
 */
export type LossFunction = {
  // Written as a method so that a loss over single tensors is accepted where several would be possible.
  compute(pred: Tensors, target: Tensors): Scalar
}['compute'] & { readonly activation?: (pred: Tensor) => Tensor }

/** Names a function as its messages and tables show it. */
export function lossFunction(
  name: string,
  compute: (pred: Tensor, target: Tensor) => Scalar,
  activation?: (pred: Tensor) => Tensor,
): LossFunction {
  Object.defineProperty(compute, 'name', { value: name })
  return Object.assign(compute, activation && { activation }) as LossFunction
}

export function shapeMismatch(loss: string, pred: Tensor, target: Tensor, expected: string): Error {
  return new RangeError(
    `${loss} got predictions of shape [${pred.shape}] and ${target.dtype} targets of shape [${target.shape}], but expects ${expected}. ` +
      "Check that the model's last layer has as many units as the data has classes or target values.",
  )
}
