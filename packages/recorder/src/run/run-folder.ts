import { checkAddress, checkOptions, kind, show, typeError, writeWhole } from '@onecycle/platform'
import type { History } from '../history.js'
import { Recorder } from '../recorder.js'
import { CSVLogger } from './csv-logger.js'
import { readRun } from './read-run.js'
import type { RunEvent } from './run-event.js'
import { RunLog } from './run-log.js'
import { RunLogger, type RunLoggerOptions, runLoggerKinds } from './run-logger.js'
import { type FitSummary, manifestName, type RunManifest } from './run-manifest.js'

/** What a `RunFolder` is given: the folder, and whether plots are drawn into it. */
export interface RunFolderOptions extends RunLoggerOptions {
  /** The folder, of one run: `runs/a`. The run is called as it is, unless `name` says otherwise. */
  dir: string
  /** Whether each fit and search leaves its plots there, as SVG. Default true. */
  plots?: boolean | undefined
}

/**
 * Keeps a run in a folder of its own: `manifest.json`, which says what was run and how it went; `log.jsonl`, all that happened ({@link RunLog});
 * `history.csv`, the table of epochs ({@link CSVLogger}), of a second fit `history-1.csv`; and `plots/`, losses, metrics and rates of each fit, and
 * searches. Checkpoints go beside it: `resume: 'runs/a/checkpoints'`. {@link listRuns} finds the folders again.
 *
 * @throws TypeError for an unknown option, or no folder; Error for an address that cannot be written here
 * @example
 * const keep = new RunFolder({ dir: 'runs/wide', hparams: { width: 32 } })
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: keep, resume: 'runs/wide/checkpoints' })
 */
export class RunFolder extends RunLogger {
  static override readonly name: string = 'RunFolder'
  readonly dir: string
  readonly #log: RunLog
  #csv: CSVLogger | undefined
  readonly #plots: boolean
  #manifest: RunManifest
  #searches = 0
  #changed = false

  constructor(options: RunFolderOptions) {
    checkOptions<RunFolderOptions>('RunFolder', options, { ...runLoggerKinds, dir: kind.string, plots: kind.boolean })
    const { plots = true, ...rest } = options
    if (!rest.dir) throw typeError('wrong-argument', `RunFolder takes a folder, such as 'runs/a', but got ${show(rest.dir)}.`)
    checkAddress(rest.dir, 'write')
    const dir = rest.dir.replace(/\/+$/, '')
    const { name = dir.split(/[\\/]/).at(-1)!, hparams, interval } = rest
    super({ name, hparams, interval })
    this.dir = dir
    this.#plots = plots
    this.#log = new RunLog({ path: `${dir}/log.jsonl`, name, hparams })
    this.#manifest = { format: 1, name, begun: 0, changed: 0, state: 'running', hparams: this.hparams, fits: [] }
  }

  override async hear(event: RunEvent): Promise<void> {
    this.#log.hear(event)
    await this.#note(event)
    if (event.type === 'end' || event.type === 'lr_find') {
      await this.flush()
      if (this.#plots) await this.#draw(event)
    }
    if (event.type === 'fit' || event.type === 'resume')
      this.#csv = new CSVLogger({ path: `${this.dir}/history${event.fit === 0 ? '' : `-${event.fit}`}.csv` })
    await this.#csv?.hear(event)
  }

  override async flush(): Promise<void> {
    await this.#log.flush()
    await this.#csv?.flush()
    if (!this.#changed) return
    await writeWhole(`${this.dir}/${manifestName}`, `${JSON.stringify(this.#manifest, null, 2)}\n`)
    this.#changed = false
  }

  /** Takes into the manifest what it says. */
  async #note(event: RunEvent): Promise<void> {
    const { time } = event
    const manifest = this.#manifest
    if (event.type === 'run') {
      const { commit, description } = event
      this.#manifest = { ...manifest, begun: time, changed: time, ...(commit && { commit }), ...(description && { description }) }
    } else if (event.type === 'fit' || event.type === 'resume') {
      const there = event.type === 'resume' ? await this.#before() : manifest.fits
      const fits = there.filter(({ fit }) => fit < event.fit)
      const goesOn = there.find(({ fit }) => fit === event.fit)
      const begins = event.type === 'fit' ? { begun: time, n_epoch: event.n_epoch } : { begun: time, n_epoch: 0, ...goesOn }
      const epochs = event.type === 'fit' ? 0 : event.epochs
      this.#manifest = { ...manifest, changed: time, state: 'running', fits: [...fits, { fit: event.fit, ...begins, epochs }] }
    } else if (event.type === 'epoch') this.#change(event.fit, time, { epochs: event.row.epoch + 1, last: event.row })
    else if (event.type === 'end') {
      const { reason, error } = event
      this.#change(event.fit, time, { reason, ...(error !== undefined && { error }) })
      this.#manifest = { ...this.#manifest, state: reason }
    } else return
    this.#changed = true
  }

  #change(fit: number, changed: number, more: Partial<FitSummary>): void {
    const fits = this.#manifest.fits.map(each => (each.fit === fit ? { ...each, ...more } : each))
    this.#manifest = { ...this.#manifest, changed, fits }
  }

  /** The fits of this run that other processes made, where this one goes on. */
  async #before(): Promise<readonly FitSummary[]> {
    if (this.#manifest.fits.length > 0) return this.#manifest.fits
    const run = await readRun(this.#log.path).catch(() => undefined)
    return (run?.fits ?? []).map(({ fit, begun, n_epoch, history: { epochs, reason } }) => {
      const last = epochs.at(-1)
      return { fit, begun, n_epoch, epochs: epochs.length, ...(last && { last }), ...(reason && { reason }) }
    })
  }

  async #draw(event: Extract<RunEvent, { type: 'end' | 'lr_find' }>): Promise<void> {
    const quiet = { show: false }
    if (event.type === 'lr_find') {
      const recorder = new Recorder()
      recorder.lrFind = event.found
      if (event.found.losses.length > 1) await recorder.plot(quiet).save(`${this.dir}/plots/lr_find-${this.#searches}.svg`)
      this.#searches++
      return
    }
    const history = (await readRun(this.#log.path)).fits.find(({ fit }) => fit === event.fit)?.history
    for (const [name, plot] of history ? plotsOf(history) : [])
      await plot().save(`${this.dir}/plots/fit-${event.fit}-${name}.svg`)
  }
}

/** The plots of a fit that there is something for. */
function plotsOf(history: History) {
  const recorder = Recorder.from(history)
  const quiet = { show: false }
  const measured = Object.values(history.metrics).some(values => values.some(value => value !== null))
  return [
    ...(history.losses.length > 0
      ? ([
          ['losses', () => recorder.plot_losses(quiet)],
          ['lr', () => recorder.plot_lr({ ...quiet, showMoms: history.moms.length > 0 })],
        ] as const)
      : []),
    ...(measured ? ([['metrics', () => recorder.plot_metrics(quiet)]] as const) : []),
  ]
}
