import { append, read, writeWhole } from '@onecycle/platform'
import type { Params } from './space.js'

/** Figures of an epoch by name; null is what is not finite. */
export type Figures = Readonly<Record<string, number | null>>

/** What a trial told after an epoch. */
export interface Report {
  /** From 1. */
  readonly epoch: number
  readonly figures: Figures
}

/** How a trial ended. */
export interface TrialResult {
  /** Its number in the sweep, from 0. */
  readonly trial: number
  /** `stopped` is by the strategy, before its end. */
  readonly state: 'done' | 'stopped' | 'failed'
  readonly params: Params
  readonly seed: number
  /** Of the metric: what the trial returned, else the last one that it reported; null where that is not finite, or there was none. */
  readonly value: number | null
  /** Epochs that it reported. */
  readonly epochs: number
  /** What it reported last. */
  readonly figures: Figures
  /** What it failed with. */
  readonly error?: string | undefined
  /** When its last attempt began and ended, in milliseconds since 1970. */
  readonly begun: number
  readonly ended: number
  /** On which machine. */
  readonly host: string
}

/** A process that took a trial, and how many epochs were reported by then. */
export interface Attempt {
  readonly host: string
  readonly pid: number
  readonly begun: number
  readonly epochs: number
}

/** What a trial decided at a rung. */
export interface Rung {
  readonly epoch: number
  readonly value: number | null
  readonly goesOn: boolean
}

/** The folder of a trial: its number, as wide as three digits at least. */
export function trialFolder(dir: string, trial: number): string {
  return `${dir}/${String(trial).padStart(3, '0')}`
}

/** What lies in the folder of a trial beside the run that it keeps there: files that are whole or not there, but for the log of its reports. */
export class TrialFiles {
  readonly dir: string

  constructor(dir: string, trial: number) {
    this.dir = trialFolder(dir, trial)
  }

  result = () => this.#json<TrialResult | undefined>('result.json', undefined)
  attempts = () => this.#json<readonly Attempt[]>('attempts.json', [])
  rungs = () => this.#json<readonly Rung[]>('rungs.json', [])

  noteResult = (result: TrialResult) => this.#write('result.json', result)
  noteAttempts = (attempts: readonly Attempt[]) => this.#write('attempts.json', attempts)
  noteRungs = (rungs: readonly Rung[]) => this.#write('rungs.json', rungs)

  report = ({ epoch, figures }: Report) => append(`${this.dir}/reports.jsonl`, `${JSON.stringify({ epoch, figures })}\n`)

  /** What was reported, epoch by epoch: where a trial went on from before its last report, what came later stands. */
  async reports(): Promise<readonly Report[]> {
    const kept: Report[] = []
    for (const line of (await this.#text('reports.jsonl'))?.split('\n') ?? []) {
      const report = reportIn(line)
      if (!report) continue
      while (kept.length > 0 && kept.at(-1)!.epoch >= report.epoch) kept.pop()
      kept.push(report)
    }
    return kept
  }

  async #json<T>(name: string, none: T): Promise<T> {
    const text = await this.#text(name)
    return text === undefined ? none : (JSON.parse(text) as T)
  }

  async #text(name: string): Promise<string | undefined> {
    const bytes = await read(`${this.dir}/${name}`).catch(error => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    return bytes && new TextDecoder().decode(bytes)
  }

  #write(name: string, content: unknown): Promise<void> {
    return writeWhole(`${this.dir}/${name}`, `${JSON.stringify(content, null, 2)}\n`)
  }
}

/** A line that was cut short says nothing. */
function reportIn(line: string): Report | undefined {
  try {
    return line.trim() === '' ? undefined : (JSON.parse(line) as Report)
  } catch {
    return undefined
  }
}
