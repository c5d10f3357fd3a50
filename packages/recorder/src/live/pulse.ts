/** What can be asked of a fit that runs. */
export type Act = 'pause' | 'resume' | 'stop' | 'checkpoint'
export const acts: readonly Act[] = ['pause', 'resume', 'stop', 'checkpoint']

/** Where a fit is. */
export interface Whereabouts {
  readonly lr_finding: boolean
  readonly epoch: number
  readonly n_epoch: number
  readonly training: boolean
  /** Batches of the pass that are over, and how many it has; training batches of the fit, and of a search how many it has at most. */
  readonly iter: number
  readonly n_iter: number
  readonly train_iter: number
  readonly batches: number
}

/** What is said of a fit ten times a second, and not kept. */
export interface Pulse extends Whereabouts {
  readonly type: 'pulse'
  readonly time: number
  readonly state: 'running' | 'paused' | 'idle'
  /** What can be asked of it now. */
  readonly can: readonly Act[]
}
