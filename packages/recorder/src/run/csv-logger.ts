import { checkFileName, checkOptions, kind, plainError, read, writeWhole } from '@onecycle/platform'
import type { EpochRow } from '../history.js'
import type { RunEvent } from './run-event.js'
import { RunLogger, type RunLoggerOptions, runLoggerKinds } from './run-logger.js'

/** What a `CSVLogger` is given: the file, and whether it goes on with one that is there. */
export interface CSVLoggerOptions extends RunLoggerOptions {
  /** The file. Default `history.csv`. */
  path?: string | undefined
  /** Whether rows are added to those that are there, under their names; without it each fit begins the file anew. Default false. */
  append?: boolean | undefined
}

/**
 * Writes the table of epochs as CSV, with fastai's columns: `epoch`, `train_loss`, `valid_loss`, the metrics and `time`, in seconds. A cell is
 * empty where an epoch had no such figure. The file is whole after each epoch; a fit that goes on from a checkpoint goes on in it.
 *
 * Source: fastai's `CSVLogger`, whose `time` is a text of minutes and seconds.
 *
 * @throws TypeError for an unknown option, or a path that is none
 * @example
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: new CSVLogger({ path: 'runs/a/history.csv' }) })
 * const epochs = await readTable('runs/a/history.csv')
 */
export class CSVLogger extends RunLogger {
  static override readonly name: string = 'CSVLogger'
  readonly path: string
  readonly #append: boolean
  #head = ''
  #rows: string[] = []
  #changed = false

  constructor(options: CSVLoggerOptions = {}) {
    checkOptions<CSVLoggerOptions>('CSVLogger', options, { ...runLoggerKinds, path: kind.string, append: kind.boolean })
    const { path = 'history.csv', append = false, ...rest } = options
    checkFileName('path', path)
    super(rest)
    this.path = path
    this.#append = append
  }

  override async hear(event: RunEvent): Promise<void> {
    if (event.type === 'fit') await this.#begin(headOf(event.metricNames))
    else if (event.type === 'resume') await this.#goOn(event.epochs)
    else if (event.type === 'epoch') this.#add(event.row)
  }

  override async flush(): Promise<void> {
    if (!this.#changed) return
    await writeWhole(this.path, [this.#head, ...this.#rows].map(line => `${line}\n`).join(''))
    this.#changed = false
  }

  async #begin(head: string): Promise<void> {
    const [theirs, ...rows] = this.#append ? await this.#lines() : []
    if (theirs !== undefined && theirs !== head)
      throw plainError(
        'csv-columns',
        `${this.path} has the columns ${theirs}, and this fit has ${head}: give it a file of its own.`,
      )
    this.#head = head
    this.#rows = rows
    this.#changed = true
  }

  /** Leaves of the last fit in the file as many rows as stand. */
  async #goOn(epochs: number): Promise<void> {
    const [head = '', ...rows] = await this.#lines()
    const last = rows.findLastIndex(row => row.startsWith('0,'))
    this.#head = head
    this.#rows = rows.slice(0, Math.max(0, last) + epochs)
    this.#changed = true
  }

  #add(row: EpochRow): void {
    if (this.#head === '') this.#head = headOf(Object.keys(row).filter(name => !own.includes(name)))
    const cells = columnsOf(this.#head).map(name => row[name])
    this.#rows.push(cells.map(cell => (cell === null || cell === undefined || Number.isNaN(cell) ? '' : String(cell))).join(','))
    this.#changed = true
  }

  async #lines(): Promise<string[]> {
    const bytes = await read(this.path).catch(error => {
      if (error.code === 'ENOENT') return new Uint8Array()
      throw error
    })
    return new TextDecoder().decode(bytes).split(/\r?\n/).filter(Boolean)
  }
}

const own = ['epoch', 'train_loss', 'valid_loss', 'time']

function headOf(metricNames: readonly string[]): string {
  return ['epoch', 'train_loss', 'valid_loss', ...metricNames.map(quoted), 'time'].join(',')
}

function quoted(name: string): string {
  return /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name
}

/** The names in a head. */
function columnsOf(head: string): string[] {
  const cells = head.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!)
}
