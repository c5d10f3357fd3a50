import { type Chart, Plot } from '@onecycle/plot'
import { compare_losses, compare_schedules, type History, type LrFindRecord, Recorder } from '@onecycle/recorder'
import { byId } from './dom.js'

/** Plots that go on: who shows them is told when there is more. */
export class LivePlots {
  readonly runs = new Map<string, History>()
  #search: LrFindRecord | undefined
  readonly #followers = new Set<() => void>()

  /** Shows a plot in an element, and until there is something to show what it will be. */
  async show(id: string, what: string, height: number, chart: () => Chart): Promise<void> {
    const waiting = () => {
      try {
        return chart()
      } catch {
        throw new Error(what)
      }
    }
    const follow = (changed: () => void) => {
      this.#followers.add(changed)
      return () => void this.#followers.delete(changed)
    }
    await new Plot({ chart: waiting, follow }).mount(byId(id, HTMLElement), { height })
  }

  losses(): Chart {
    return compare_losses(Object.fromEntries(this.runs), { show: false }).chart
  }

  schedules(): Chart {
    return compare_schedules(Object.fromEntries(this.runs), { show: false }).chart
  }

  search(): Chart {
    const recorder = new Recorder()
    if (this.#search) recorder.lrFind = this.#search
    return recorder.plot({ show: false }).chart
  }

  clear(): void {
    this.runs.clear()
    this.#search = undefined
    this.changed()
  }

  /** A search that goes on, batch by batch. */
  searching({ lrs, smooth_losses }: { lrs: readonly number[]; smooth_losses: readonly number[] }): void {
    const before = this.#search ?? { lrs: [], smooth_losses: [] }
    this.found({
      ...{ lrs: [...before.lrs, ...lrs], losses: [], smooth_losses: [...before.smooth_losses, ...smooth_losses] },
      ...{ suggestions: {}, suggestion: '', start_lr: 0, end_lr: 0, num_it: 0 },
    })
  }

  found(search: LrFindRecord): void {
    this.#search = search
    this.changed()
  }

  changed(): void {
    for (const changed of this.#followers) changed()
  }
}
