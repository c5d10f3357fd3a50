import { show, typeError } from '@onecycle/platform'
import type { Endpoint } from '../bridge/endpoint.js'
import type { AnyServed } from '../bridge/types.js'
import { Training } from './training.js'

/**
 * Leads to a training in a worker: what `serve` of `onecycle/worker` offers there can be asked for here, with its types.
 *
 * @param worker a Web Worker, a `MessagePort`, or a worker of `worker_threads`
 * @throws TypeError for what is none
 * @example
 * // train.ts, the worker
 * export const served = serve({
 *   create: ({ units }: { units: number; epochs: number }) =>
 *     new Learner(data, sequential({ layers: [layers.dense({ units, inputShape: [4] })] }), { progress: false }),
 *   run: (learn, { epochs }) => learn.fit_one_cycle(epochs, 1e-2),
 * })
 *
 * // page.ts, where the first line would be: import type { served } from './train.js'
 * const training = connect<typeof served>(new Worker(new URL('./train.js', import.meta.url), { type: 'module' }))
 * training.on('epoch', ({ epoch, valid_loss }) => console.log(epoch, valid_loss))
 * const history = await training.start({ units: 3, epochs: 5 })
 * const { values } = await training.predict([[5.1, 3.5, 1.4, 0.2]])
 */
export function connect<S extends AnyServed>(worker: Endpoint): Training<S> {
  if (typeof worker?.postMessage !== 'function')
    throw typeError(
      'wrong-argument',
      `connect takes a Worker or a MessagePort, but got ${show(worker)}: new Worker(new URL('./train.js', import.meta.url)).`,
    )
  return new Training<S>(worker)
}
