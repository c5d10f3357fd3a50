import type { EndReason } from '@onecycle/callbacks'
import type { EpochRow } from '../history.js'

export const manifestName = 'manifest.json'

/** What `manifest.json` in the folder of a run says. */
export interface RunManifest {
  /** Of this file. */
  readonly format: 1
  readonly name: string
  /** When it begun and when the file was written, in milliseconds since 1970. */
  readonly begun: number
  readonly changed: number
  /** How the last fit ended; `running` also where the process was killed. */
  readonly state: EndReason | 'running'
  readonly hparams: Readonly<Record<string, unknown>>
  /** Of the git checkout. */
  readonly commit?: string | undefined
  /** Seed, model, optimizer, loss, data, versions and backend. */
  readonly description?: Readonly<Record<string, unknown>> | undefined
  readonly fits: readonly FitSummary[]
}

/** A fit in the manifest of its run. */
export interface FitSummary {
  readonly fit: number
  readonly begun: number
  readonly n_epoch: number
  /** Epochs that are over. */
  readonly epochs: number
  /** Figures of the last of them. */
  readonly last?: EpochRow | undefined
  readonly reason?: EndReason | undefined
  readonly error?: string | undefined
}
