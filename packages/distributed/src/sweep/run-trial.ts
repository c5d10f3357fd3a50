import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { checkCount, kind, show, typeError, withCode } from '@onecycle/platform'
import { goesOn, isRung } from './asha.js'
import { type Claim, claim } from './claim.js'
import { rangedSpace, type SweepSettings } from './settings.js'
import { paramsOf, seedOf } from './strategy.js'
import { fitOf, type Trial } from './trial.js'
import { type Figures, type Report, TrialFiles, type TrialResult } from './trial-files.js'

/** A trial as a program has it: it may give the figure that it came to, or promise it, and else gives nothing. */
export type TrialFunction<P = Trial['params']> = (trial: Trial<P>) => unknown

/** What came of an attempt: the trial's end; or that it was interrupted, and goes on another time; or that somebody else is at it. */
export type Outcome = TrialResult | 'interrupted' | 'busy'

/** Why the strategy ends a trial. */
class StoppedByStrategy extends Error {
  override readonly name = 'StoppedByStrategy'

  constructor(message: string) {
    super(message)
    withCode(this, 'trial-stopped', StoppedByStrategy)
  }
}

/** Why a trial that takes more than it may is ended. */
export class TooMuchMemory extends Error {
  override readonly name = 'TooMuchMemory'

  constructor(message: string) {
    super(message)
    withCode(this, 'trial-memory', TooMuchMemory)
  }
}

/**
 * Runs a trial of a sweep to its end, here and now, unless it has come to it already, or somebody else is at it: the trial's folder says so, whatever
 * queue or list it came from.
 *
 * @param signal ends it before its end, so that it goes on another time; with {@link TooMuchMemory} for good
 */
export async function runTrial(
  dir: string,
  settings: SweepSettings,
  trial: number,
  run: TrialFunction,
  signal: AbortSignal,
): Promise<Outcome> {
  const files = new TrialFiles(dir, trial)
  const before = await files.result()
  if (before) return before
  await mkdir(files.dir, { recursive: true })
  const claimed = await claim(files.dir)
  if (!claimed) return 'busy'
  try {
    return (await files.result()) ?? (await new Attempted(dir, settings, trial, files, claimed).run(run, signal))
  } finally {
    await claimed.release()
  }
}

/** One attempt at a trial. */
class Attempted {
  readonly #dir: string
  readonly #settings: SweepSettings
  readonly #trial: number
  readonly #files: TrialFiles
  readonly #claim: Claim
  readonly #begun = Date.now()
  readonly #ending = new AbortController()
  #reports: readonly Report[] = []
  /** Reported by this attempt. */
  #last = 0

  constructor(dir: string, settings: SweepSettings, trial: number, files: TrialFiles, claim: Claim) {
    this.#dir = dir
    this.#settings = settings
    this.#trial = trial
    this.#files = files
    this.#claim = claim
  }

  async run(run: TrialFunction, outer: AbortSignal): Promise<Outcome> {
    this.#reports = await this.#files.reports()
    const died = await this.#begin()
    if (died !== undefined) return this.#end('failed', undefined, died)
    const signal = AbortSignal.any([this.#ending.signal, this.#claim.lost, outer])
    const end = await this.#outcomeOf(run, signal)
    const reason: unknown = signal.reason
    if (this.#claim.lost.aborted) return 'interrupted'
    if (reason instanceof TooMuchMemory) return this.#end('failed', undefined, reason.message)
    if (reason instanceof StoppedByStrategy) return this.#end('stopped')
    if ('value' in end) return this.#end('done', end.value)
    // Also one that a Learner heard of by itself.
    if (!signal.aborted && (end.error as Error | undefined)?.name !== 'InterruptedError')
      return this.#end('failed', undefined, messageOf(end.error))
    await this.#files.noteAttempts([])
    return 'interrupted'
  }

  async #outcomeOf(run: TrialFunction, signal: AbortSignal): Promise<{ value: number | null | undefined } | { error: unknown }> {
    try {
      signal.throwIfAborted()
      const value = await run(this.#context(signal))
      if (value !== undefined && value !== null && typeof value !== 'number')
        throw typeError(
          'trial-figure',
          `The trial returned ${show(value)}; expected the figure ${this.#settings.metric}, or nothing.`,
        )
      if (value === undefined && this.#reports.length === 0)
        throw typeError(
          'trial-figure',
          `The trial returned nothing, and reported nothing: there is no ${this.#settings.metric} of it.`,
        )
      return { value: value as number | null | undefined }
    } catch (error) {
      return { error }
    }
  }

  #context(signal: AbortSignal): Trial {
    const { strategy, space, seed } = this.#settings
    const params = paramsOf(strategy, rangedSpace(space), seed, this.#trial)
    const { dir } = this.#files
    const report: Trial['report'] = (figures, epoch) => this.#report(figures, epoch)
    let fit: Trial['fit'] | undefined
    return {
      ...{ index: this.#trial, params, seed: seedOf(seed, this.#trial), dir, signal, report },
      get fit() {
        fit ??= fitOf(dir, params, signal, report)
        return fit
      },
    }
  }

  /** @returns what it has failed with, where those before ended without a word, at the same place each time */
  async #begin(): Promise<string | undefined> {
    const epochs = this.#reports.length
    const before = await this.#files.attempts()
    const here = before.filter(attempt => attempt.epochs === epochs)
    if (here.length > this.#settings.retries) {
      const { host, pid } = here.at(-1)!
      return `Its process ended ${here.length} times without a word after epoch ${epochs}, the last time as process ${pid} on ${host}.`
    }
    await this.#files.noteAttempts([...before, { host: hostname(), pid: process.pid, begun: this.#begun, epochs }])
    return undefined
  }

  async #report(figures: Parameters<Trial['report']>[0], epoch = this.#last + 1): Promise<void> {
    const { metric } = this.#settings
    const row = typeof figures === 'number' ? { [metric]: figures } : figures
    const isRow =
      kind.object.fits(row) && Object.values(row).every(value => value === null || ['number', 'undefined'].includes(typeof value))
    if (!isRow)
      throw typeError('trial-figure', `report takes the figure ${metric}, or figures by name, but got ${show(figures)}.`)
    if ((row as Figures)[metric] === undefined)
      throw typeError(
        'trial-figure',
        `report: there is no ${metric}, which the sweep compares, among ${Object.keys(row).join(', ') || 'no figures'}.`,
      )
    checkCount('report: epoch', epoch)
    const finite = Object.entries(row).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Number.isFinite(value) ? value : null] as const],
    )
    const report: Report = { epoch, figures: Object.fromEntries(finite) as Figures }
    this.#last = epoch
    this.#reports = [...this.#reports.filter(other => other.epoch < epoch), report]
    await this.#files.report(report)
    await this.#decide(report)
  }

  /** What was decided once at a rung stands: a trial that goes on from a checkpoint comes to it again. */
  async #decide({ epoch, figures }: Report): Promise<void> {
    const { strategy, metric, mode, trials } = this.#settings
    if (strategy.name !== 'asha' || !isRung(strategy, epoch)) return
    const rungs = await this.#files.rungs()
    let rung = rungs.find(each => each.epoch === epoch)
    if (!rung) {
      const others = Array.from({ length: trials }, (_, i) => i).filter(i => i !== this.#trial)
      const there = await Promise.all(others.map(other => new TrialFiles(this.#dir, other).rungs()))
      const values = there.flatMap(each => each.filter(other => other.epoch === epoch).map(({ value }) => value ?? Number.NaN))
      const value = figures[metric] ?? null
      rung = { epoch, value, goesOn: value !== null && goesOn(value, values, mode, strategy.reductionFactor) }
      await this.#files.noteRungs([...rungs, rung])
    }
    if (!rung.goesOn) this.#ending.abort(new StoppedByStrategy(`Stopped by asha after epoch ${epoch}.`))
  }

  async #end(state: TrialResult['state'], value?: number | null, error?: string): Promise<TrialResult> {
    const { strategy, space, seed, metric } = this.#settings
    const last = this.#reports.at(-1)
    const known = value === undefined ? (last?.figures[metric] ?? null) : value
    const result: TrialResult = {
      ...{
        trial: this.#trial,
        state,
        params: paramsOf(strategy, rangedSpace(space), seed, this.#trial),
        seed: seedOf(seed, this.#trial),
      },
      ...{ value: Number.isFinite(known) ? known : null, epochs: last?.epoch ?? 0, figures: last?.figures ?? {} },
      ...(error !== undefined && { error }),
      ...{ begun: this.#begun, ended: Date.now(), host: hostname() },
    }
    await this.#files.noteResult(result)
    return result
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
