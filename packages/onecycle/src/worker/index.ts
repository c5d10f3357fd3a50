/**
 * The worker's side of a training: the Learner lives here, and a page asks for what it wants by `connect` of `onecycle/page`.
 *
 * @module
 */

export type { Endpoint } from '../bridge/endpoint.js'
export type { Batches, Begin, End, Progress, TrainingEvents } from '../bridge/events.js'
export { transfer } from '../bridge/transfer.js'
export type { Functions, Methods, Served } from '../bridge/types.js'
export { Messages, messages } from './messages.js'
export { type Service, serve } from './serve.js'
