/**
 * Many processes as one training, and many trainings as one sweep.
 *
 * @example
 * import { sweep } from '@onecycle/distributed'
 * const { best } = await sweep({ dir: 'runs/x', space: { x: { uniform: [-1, 1] } }, trial: ({ params: { x } }) => x ** 2, trials: 8 })
 *
 * @module
 */
export { type DistributedOptions, distributed } from './distributed.js'
export * from './sweep/index.js'
