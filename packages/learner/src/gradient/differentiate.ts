import { typeError } from '@onecycle/platform'
import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { Parameter } from '../optimizer/parameter.js'
import { differentiateBy } from './tape.js'

/**
 * Runs `forward` and differentiates the scalar it returns. Parameters that do not reach the loss get no gradient; where it returns
 * nothing there are none at all. The caller owns the gradients and the scalar.
 *
 * @throws TypeError when no parameter reaches the loss; what `forward` throws, unchanged.
 */
export function differentiate(forward: () => Scalar, parameters: readonly Parameter[]): Record<string, Tensor>
export function differentiate(
  forward: () => Scalar | undefined,
  parameters: readonly Parameter[],
): Record<string, Tensor> | undefined
export function differentiate(
  forward: () => Scalar | undefined,
  parameters: readonly Parameter[],
): Record<string, Tensor> | undefined {
  const gradients = differentiateBy(
    forward,
    parameters.map(({ variable }) => variable),
  )
  if (!gradients) return
  const byName: Record<string, Tensor> = {}
  parameters.forEach(({ name }, i) => {
    if (gradients[i]) byName[name] = gradients[i]
  })
  if (Object.keys(byName).length === 0) {
    throw typeError(
      'constant-loss',
      'The loss does not depend on any parameter that trains, so there is nothing to learn. Check that it is computed from ' +
        'the predictions, and not from values that were read out of a tensor.',
    )
  }
  return byName
}
