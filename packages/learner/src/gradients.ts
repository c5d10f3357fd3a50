import { engine, type Scalar, type Tensor, variableGrads } from '@tensorflow/tfjs-core'
import type { Parameter } from './optimizer/parameter.js'

/**
 * Runs `forward` and differentiates the scalar it returns. Parameters that do not reach the loss get no gradient.
 * The caller owns the gradients and the scalar.
 *
 * @throws TypeError when no parameter reaches the loss; what `forward` throws, unchanged.
 */
export function differentiate(forward: () => Scalar, parameters: readonly Parameter[]): Record<string, Tensor> {
  const { grads } = recorded(() =>
    variableGrads(
      forward,
      parameters.map(parameter => parameter.variable),
    ),
  )
  const byName: Record<string, Tensor> = {}
  for (const { name, variable } of parameters) {
    const gradient = grads[variable.name]
    if (gradient) byName[name] = gradient
  }
  return byName
}

interface Tape {
  gradientDepth: number
  activeTape: { saved: Tensor[] | null }[] | null
}

// When the forward pass throws (a cancelled batch, say), tfjs leaves behind the tensors it saved for the backward pass.
function recorded<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    const tape = engine().state as unknown as Tape
    if (tape.gradientDepth === 0 && tape.activeTape) {
      for (const node of tape.activeTape) for (const tensor of node.saved ?? []) tensor.dispose()
      tape.activeTape = null
    }
    if (error instanceof Error && noConnection.test(error.message)) {
      throw new TypeError(
        'The loss does not depend on any parameter that trains, so there is nothing to learn. Check that it is computed from ' +
          'the predictions, and not from values that were read out of a tensor.',
        { cause: error },
      )
    }
    throw error
  }
}

/** How tfjs begins to say it. */
const noConnection = /^(Cannot find a connection between any variable|Cannot compute gradient of y=f\(x\) with respect to x)/
