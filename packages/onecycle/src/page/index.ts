/**
 * The page's side of a training in a worker, which `serve` of `onecycle/worker` offers there. It is a few kilobytes, without TensorFlow.js.
 *
 * @module
 */
export type { Endpoint } from '../bridge/endpoint.js'
export type { Batches, Begin, End, Progress, TrainingEvents } from '../bridge/events.js'
export type { PredictInput, Prediction, SentSamples } from '../bridge/prediction.js'
export { transfer } from '../bridge/transfer.js'
export type { AnswerOf, AnyServed, CallOf, GivenOf, MessagesOf, OptionsOf, ResultOf } from '../bridge/types.js'
export { connect } from './connect.js'
export { type PageEvents, Training, type TrainingState } from './training.js'
