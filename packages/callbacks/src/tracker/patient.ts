import type { Patience, PatienceState } from './patience.js'

/** What callbacks have in common that act when a figure no longer improves. */
export abstract class Patient {
  readonly monitor: Patience

  constructor(monitor: Patience) {
    this.monitor = monitor
  }

  async after_fit(): Promise<void> {
    await this.monitor.end()
  }

  /** What it knows, for {@link restore} in another process. */
  state(): PatienceState {
    return this.monitor.state()
  }

  /** Goes on from a state: the next fit does not begin anew. Throws Error when it is of another figure. */
  restore(state: PatienceState): void {
    this.monitor.restore(state)
  }
}
