import type { Tensors } from '@onecycle/callbacks'
import type { ItemInputs } from '@onecycle/data'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { type Answer, answersOf, type Meaning } from './answer.js'

/** What a model says of new items: one answer for one, a list for several. What `forward` makes is disposed here. */
export async function answerItems(
  inputs: ItemInputs,
  given: unknown,
  meanings: readonly Meaning[],
  forward: (xs: Tensors) => Tensors,
): Promise<Answer | Answer[]> {
  const { xs, one } = await inputs.of(given as never)
  const outputs: Tensor[] = []
  try {
    outputs.push(...[forward(xs)].flat())
    const answers = await answersOf(meanings, outputs)
    return one ? answers[0]! : answers
  } finally {
    dispose([...[xs].flat(), ...outputs])
  }
}
