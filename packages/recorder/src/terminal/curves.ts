import type { Chart, Series } from '@onecycle/plot'
import { atEpochEnds } from '../chart/over-batches.js'
import type { History } from '../history.js'
import { Curve } from '../live/curve.js'
import { SmoothenValue } from '../smoothing.js'

/** The curves of a fit or a search that goes on, in as many points as a screen has room for. */
export class Curves {
  #raw = new Curve()
  #smooth = new Curve()
  #rate = new Curve()
  #taken = 0
  #history: History | undefined
  /** Of a search, which no history has. */
  #mean = new SmoothenValue()
  #searching = false

  begin(searching: boolean): void {
    this.#raw = new Curve()
    this.#smooth = new Curve()
    this.#rate = new Curve()
    this.#mean = new SmoothenValue()
    this.#history = undefined
    this.#taken = 0
    this.#searching = searching
  }

  /** Takes in a batch of a search. */
  search(lr: number, loss: number): void {
    this.#raw.add(++this.#taken, loss)
    this.#smooth.add(this.#taken, this.#mean.add(loss))
    this.#rate.add(this.#taken, lr)
  }

  /** Takes in what a fit has recorded since. */
  follow(history: History): void {
    if (history !== this.#history || history.losses.length < this.#taken) this.begin(false)
    this.#history = history
    const { losses, smooth_losses, lrs } = history
    for (; this.#taken < losses.length; this.#taken++) {
      const batch = this.#taken + 1
      this.#raw.add(batch, losses[this.#taken]!)
      this.#smooth.add(batch, smooth_losses[this.#taken]!)
      this.#rate.add(batch, lrs[this.#taken]!)
    }
  }

  /** Whether there is a curve to see. */
  get any(): boolean {
    return this.#smooth.points.filter(([, y]) => Number.isFinite(y)).length > 1
  }

  /** @param both whether the rate stands beside the loss; of a search it is what the loss stands over */
  chart(both: boolean): Chart {
    const rates = new Map(this.#rate.points)
    const along = ([batch, y]: [number, number]): [number, number][] => {
      const lr = rates.get(batch)
      return this.#searching ? (lr === undefined ? [] : [[lr, y]]) : [[batch, y]]
    }
    const series: Series[] = [
      { name: 'training', style: 'faint', points: this.#raw.points.flatMap(along) },
      { name: 'training', style: 'line', points: this.#smooth.points.flatMap(along) },
    ]
    const valid = this.#history ? atEpochEnds(this.#history, this.#history.val_losses) : []
    if (valid.length > 0) series.push({ name: 'validation', style: 'points', points: valid })
    const batches = { label: 'Batches', integer: true }
    const x = this.#searching ? { label: 'Learning rate', log: true } : batches
    const losses = { title: 'Loss', x, y: { label: 'Loss' }, series }
    if (this.#searching || !both) return { panels: [losses] }
    const rate: Series = { name: 'lr', style: 'line', points: this.#rate.points }
    return { panels: [losses, { title: 'Learning rate', x: batches, y: { label: 'lr' }, series: [rate] }] }
  }
}
