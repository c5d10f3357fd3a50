import type { Learner } from '@onecycle/learner'
import type { Prediction } from '../bridge/prediction.js'
import { transfer } from '../bridge/transfer.js'

/** The Learner's predictions as plain numbers, which are read when those of other calls have been asked for. */
export async function predict(learn: Learner, x: unknown): Promise<Prediction> {
  const pred = learn.predict(x as number[])
  if (Array.isArray(pred)) {
    for (const each of pred) each.dispose()
    throw new TypeError(
      `predict gives the page one tensor, but the model has ${pred.length} outputs. Write a method that gives them.`,
    )
  }
  try {
    // Its own memory may be the backend's.
    const values = (await pred.data()).slice()
    return transfer({ values, shape: pred.shape }, [values.buffer])
  } finally {
    pred.dispose()
  }
}
