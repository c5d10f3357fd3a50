import type { Chart } from './chart.js'

/** A chart of something that goes on, such as a fit. */
export interface LiveChart {
  /** As it is now. @throws Error where there is nothing to show yet, which a mounted plot says in its place */
  chart(): Chart
  /** Calls `changed` whenever the chart has changed, until the function that is returned is called. */
  follow(changed: () => void): () => void
  /**
   * Most of the thread's time that drawing may take, from 0 to 1; it is asked before each drawing. Default 1. A recorder says 0.01 while
   * a fit runs on this thread, which is not to wait for its picture.
   */
  readonly share?: number | undefined
}

export function isLive(value: unknown): value is LiveChart {
  const { chart, follow } = (value ?? {}) as Partial<LiveChart>
  return typeof chart === 'function' && typeof follow === 'function'
}
