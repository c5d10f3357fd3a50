/**
 * Everything in one import: `Learner`, `datasets`, `simple_cnn`, metrics, losses, optimizers, schedules, callbacks and plots.
 *
 * Importing it also chooses the TensorFlow.js backend, unless the program has chosen one already (`tf.setBackend`, or
 * `useBackend` of `@onecycle/backend`), which is left alone. `ONECYCLE_BACKEND` forces a choice. The packages behind it, such as
 * `@onecycle/learner`, choose nothing.
 *
 * @module
 */
import { useBackend } from '@onecycle/backend'
import { getBackend } from '@tensorflow/tfjs-core'

export * from '@onecycle/backend'
export * from '@onecycle/callbacks'
export type { Tensors } from '@onecycle/data'
export * from '@onecycle/data'
// Two packages have these names; here they mean what a program passes to the Learner and gets from a batch.
export type { LrFindOptions } from '@onecycle/learner'
export * from '@onecycle/learner'
export { Random, type RandomState } from '@onecycle/platform'
export * from '@onecycle/recorder'

if (!getBackend()) await useBackend()
