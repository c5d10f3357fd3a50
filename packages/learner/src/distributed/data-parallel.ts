import { type Callback, CancelBatch } from '@onecycle/callbacks'
import type { Tensor, Variable } from '@tensorflow/tfjs-core'
import { variablesOf } from '../model/parameters.js'
import { averaged } from './averaged.js'
import type { RankedLearner } from './ranked-learner.js'
import { haveTheSame, meetings, type Ranks, toCompare } from './ranks.js'

/**
 * Has several ranks train as one: each goes through its part of a batch, and all step with the mean of their gradients, as one process would
 * with the whole of it. Between the two they agree on loss and size of the batch, and on whether they go on.
 *
 * Running statistics are averaged with the gradients, so that at each step all ranks have the same weights.
 *
 * Source: PyTorch's `DistributedDataParallel`.
 */
export class DataParallel implements Callback<RankedLearner> {
  readonly name = 'DataParallel'
  /** Before all others, Resume too: they hear what is of all ranks, and who writes does so on the first alone. */
  readonly order = -3e9
  readonly #ranks: Ranks
  #statistics: readonly Variable[] = []

  constructor(ranks: Ranks) {
    this.#ranks = ranks
  }

  before_fit({ bus, model, groups }: RankedLearner): void {
    if (this.#ranks.comm.rank > 0) for (const callback of bus.callbacks) if (callback.writes) callback.run = false
    const parameters = new Set(groups.flat().map(({ variable }) => variable))
    this.#statistics = [...variablesOf(model)].filter(each => !parameters.has(each) && each.dtype === 'float32')
  }

  async before_batch(learn: RankedLearner): Promise<void> {
    this.#ranks.weighed = false
    if (learn.training) return
    await this.#meet(meetings.validate, learn.iter)
    if (learn.dl.borrows?.(learn.iter)) throw new CancelBatch()
  }

  async after_backward(learn: RankedLearner): Promise<void> {
    const names = Object.keys(learn.grads)
    const { comm } = this.#ranks
    const borrows = learn.dl.borrows?.(learn.iter) ?? false
    const weight = borrows ? 0 : learn.totalWeight
    const size = weight === 0 && learn.totalWeight > 0 ? 0 : learn.bs
    const brought = [weight, weight && weight * learn.lossValue, size]
    const number = 2 * learn.train_iter + Number(names.length > 0)
    const numbers = names.reduce((sum, name) => sum + (learn.grads[name] as Tensor).size, 0)
    const [total, loss, samples] = (await this.#meet(meetings.train, number, numbers, brought)) as [number, number, number]
    learn.bs = samples
    learn.totalWeight = total
    if (total > 0) learn.lossValue = loss / total
    if (names.length === 0) return
    const share = total > 0 ? weight / total : 1 / comm.size
    const { weighed } = this.#ranks
    const given = [
      { tensors: names.map(name => learn.grads[name] as Tensor), share: weighed && total > 0 && !borrows ? 1 / total : share },
      { tensors: this.#statistics, share },
    ]
    const means = await averaged(comm, given, this.#ranks.waits)
    learn.grads = Object.fromEntries(names.map((name, i) => [name, means[i]!]))
    for (const [i, variable] of this.#statistics.entries()) {
      const mean = means[names.length + i]!
      variable.assign(mean)
      mean.dispose()
    }
  }

  after_cancel_step(): void {
    this.#ranks.steps--
  }

  /** Comes after a step that was cancelled, too. */
  after_step(): void {
    this.#ranks.steps++
  }

  /** @param numbers how many train */
  async #meet(where: number, number: number, numbers = 0, brought = [0, 0, 0]): Promise<readonly number[]> {
    const { steps } = this.#ranks
    const sums = await this.#ranks.meet(where, number, [...brought, ...toCompare(steps), ...toCompare(numbers)])
    const [step, stepSquares, trained, trainedSquares] = sums.slice(3) as [number, number, number, number]
    const { size } = this.#ranks.comm
    if (!haveTheSame(size, step, stepSquares))
      throw this.#ranks.differing(`has made ${steps} steps, and others another number: what skips one has to skip it on all`)
    if (!haveTheSame(size, trained, trainedSquares))
      throw this.#ranks.differing(`trains ${numbers} numbers, and others another number: all have to freeze the same`)
    return sums
  }
}
