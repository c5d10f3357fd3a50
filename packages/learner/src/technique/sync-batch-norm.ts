import type { Callback } from '@onecycle/callbacks'
import { typeError } from '@onecycle/platform'
import { getBackend } from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import type { NormsOfRanks } from './norms-of-ranks.js'

/**
 * Has the batch norms of a model that several ranks train (the Learner's option `distributed`) normalize with mean and variance of what all of them
 * have of a batch, and remember these: n ranks come to what one process with n times as many samples in a batch comes to. Without it each
 * normalizes with those of its own part. A rank whose part is empty counts for nothing.
 *
 * It takes two sums over all ranks for each batch norm and batch, and steps are not run again from their kernels. Batch norms are those of TensorFlow.js; layers
 * of a class of one's own, and what is frozen, stay as they are. One process by itself, and a model without batch norm, train as without it.
 *
 * Source: PyTorch's `SyncBatchNorm`; fastai 2's `sync_bn`, Lightning's `sync_batchnorm`.
 *
 * @throws TypeError when a fit begins on ranks that answer with promises, or on webgpu: both cannot be waited for amid a pass
 * @example
 * await learn.fit_one_cycle(3, 1e-2, { callbacks: new SyncBatchNorm() })
 */
export class SyncBatchNorm implements Callback<Learner> {
  static readonly name: string = 'SyncBatchNorm'
  readonly name = 'SyncBatchNorm'
  /** Before who looks at what layers answer. */
  readonly order = -30
  #norms: NormsOfRanks | undefined

  async before_fit({ bus, model, ranks }: Learner): Promise<void> {
    if (!ranks) return
    const { batchNormsOf, NormsOfRanks, roomFor } = await import('./norms-of-ranks.js')
    const norms = batchNormsOf(model)
    if (norms.length === 0) return
    const silent = ranks.waits ? 'these ranks answer with promises' : getBackend() === 'webgpu' && 'webgpu is waited for'
    if (silent)
      throw typeError(
        'sync-batch-norm',
        `SyncBatchNorm adds up what all ranks have amid a pass, which nothing can wait in, but ${silent}. Take the ranks of distributed(), and wasm.`,
      )
    await ranks.makeRoom(roomFor(norms))
    this.#norms = ranks.norms = new NormsOfRanks(ranks, norms)
    bus.add(this.#norms)
  }

  after_fit({ bus, ranks }: Learner): void {
    if (!(this.#norms && ranks)) return
    bus.remove(this.#norms)
    this.#norms.end()
    this.#norms = ranks.norms = undefined
  }
}
