import type { Outcome } from './run-trial.js'

/** What a process of trials is told. */
export type Told =
  | {
      readonly what: 'run'
      readonly dir: string
      readonly trial: number
      /** The module of the trial. */
      readonly module: string
      /** Bytes that it may take. */
      readonly memory: number | undefined
    }
  | { readonly what: 'stop' }

/** What it tells. */
export type Tells =
  | { readonly what: 'ready' }
  | { readonly what: 'ended'; readonly outcome: Outcome }
  /** What is no trial's fault: its folder cannot be written, say. */
  | { readonly what: 'failed'; readonly message: string; readonly code: string }
