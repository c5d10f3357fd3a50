import type { Note } from '@onecycle/callbacks'
import { type FileSource, kind, nameOf, plainError, read } from '@onecycle/platform'
import { emptyHistory, type History, type LrFindRecord } from '../history.js'
import { grow } from '../part.js'
import type { RunEvent } from './run-event.js'
import type { RunLogger } from './run-logger.js'

/** A fit of a run that was logged. */
export interface LoggedFit {
  /** Which one of the run, from 0. */
  readonly fit: number
  /** In milliseconds since 1970. */
  readonly begun: number
  readonly n_epoch: number
  readonly n_train_iter: number
  readonly hyper: Readonly<Record<string, number>>
  /** As the Recorder had it; without a `reason` while it runs, or where the process was killed. */
  readonly history: History
  readonly notes: readonly (Note & { readonly batch: number })[]
  /** What it failed with. */
  readonly error?: string | undefined
}

/** What a log tells of a run. */
export class LoggedRun {
  static readonly name: string = 'LoggedRun'
  /** Who ran: one for each process, the last one last. */
  readonly processes: readonly Extract<RunEvent, { type: 'run' }>[]
  readonly fits: readonly LoggedFit[]
  /** Searches for the learning rate, the last one last. */
  readonly searches: readonly LrFindRecord[]
  /** Lines that could not be read, as those who wrote them were killed. */
  readonly broken: number
  readonly #events: readonly RunEvent[]

  /** Made by {@link readRun}. */
  constructor(events: readonly RunEvent[], broken = 0) {
    this.#events = withoutVoid(events)
    this.broken = broken
    this.processes = this.#events.filter(event => event.type === 'run')
    this.searches = this.#events.filter(event => event.type === 'lr_find').map(({ found }) => found)
    this.fits = fitsOf(this.#events)
  }

  /** What it is called. */
  get name(): string {
    return this.processes.at(-1)?.name ?? 'run'
  }

  /** What happened, one after the other, without what is void since a fit went on from a checkpoint before it. */
  get events(): readonly RunEvent[] {
    return this.#events
  }

  /** Tells a logger all of it, as if it had been there: `await run.replay(new CSVLogger({ path: 'runs/a/history.csv' }))`. */
  async replay(logger: RunLogger): Promise<void> {
    for (const event of this.#events) await logger.hear(event)
    await logger.flush()
  }
}

/**
 * Reads what a {@link RunLog} has written, also while it is being written: a last line without an end is left out.
 *
 * @throws Error when it cannot be read, or is no such log
 * @example
 * const run = await readRun('runs/a/log.jsonl')
 * run.fits.map(({ history }) => history.val_losses)
 */
export async function readRun(source: FileSource): Promise<LoggedRun> {
  const text = new TextDecoder().decode(await read(source))
  const events: RunEvent[] = []
  let broken = 0
  const lines = text.split('\n').filter(line => line.trim() !== '')
  for (const line of lines) {
    const event = eventIn(line)
    if (event) events.push(event)
    else broken++
  }
  if (lines.length > 0 && events.length === 0)
    throw plainError(
      'not-a-run',
      `${nameOf(source)} is no log of a run: none of its ${lines.length} lines is an event that RunLog writes.`,
    )
  return new LoggedRun(events, broken)
}

/** The events, and what each has in it that is looked into. */
const contents: Readonly<Record<RunEvent['type'], { readonly lists?: readonly string[]; readonly objects?: readonly string[] }>> =
  {
    run: { objects: ['hparams'] },
    fit: { lists: ['metricNames'], objects: ['hyper'] },
    batches: { lists: ['losses', 'smooth_losses', 'lrs', 'moms'] },
    epoch: { objects: ['row'] },
    lr_find: { objects: ['found'] },
    ...{ resume: {}, end: {}, scalar: {}, text: {}, image: {}, histogram: {} },
  }

/** What a line of a log says; undefined for what is no event. */
export function eventIn(line: string): RunEvent | undefined {
  try {
    const event = JSON.parse(line) as Readonly<Record<string, unknown>> | null
    const type = String(event?.['type'])
    if (!Object.hasOwn(contents, type) || typeof event?.['time'] !== 'number') return undefined
    const { lists = [], objects = [] } = contents[type as RunEvent['type']]
    const isWhole = lists.every(name => kind.list.fits(event[name])) && objects.every(name => kind.object.fits(event[name]))
    return isWhole ? (event as unknown as RunEvent) : undefined
  } catch {
    return undefined
  }
}

/** A fit that begins anew takes the place of the one of its number; one that goes on, of what follows its place. Those after it are void. */
function withoutVoid(events: readonly RunEvent[]): RunEvent[] {
  let kept: RunEvent[] = []
  for (const event of events) {
    if (event.type === 'fit') kept = kept.filter(other => !('fit' in other) || other.fit < event.fit)
    if (event.type === 'resume') {
      const { fit, batches, epochs, position } = event
      let epoch = 0
      kept = kept.flatMap(other => {
        if (!('fit' in other) || other.fit < fit) return other
        if (other.fit > fit || other.type === 'end') return []
        if (other.type === 'batches') return upTo(batches, other)
        if (other.type === 'epoch') return epoch++ < epochs ? other : []
        return 'batch' in other && other.batch > position ? [] : other
      })
    }
    kept.push(event)
  }
  return kept
}

/** Of batches those before a place. */
function upTo(batches: number, event: Extract<RunEvent, { type: 'batches' }>): RunEvent[] {
  const n = batches - event.first
  if (n <= 0) return []
  if (n >= event.losses.length) return [event]
  const { losses, smooth_losses, lrs, moms, lr_groups, hps } = event
  return [
    {
      ...event,
      ...{ losses: losses.slice(0, n), smooth_losses: smooth_losses.slice(0, n), lrs: lrs.slice(0, n), moms: moms.slice(0, n) },
      ...(lr_groups && { lr_groups: lr_groups.slice(0, n) }),
      ...(hps && { hps: Object.fromEntries(Object.entries(hps).map(([name, values]) => [name, values.slice(0, n)])) }),
    },
  ]
}

function fitsOf(events: readonly RunEvent[]): LoggedFit[] {
  const fits: LoggedFit[] = []
  for (const event of events) {
    if (event.type === 'fit') {
      const { fit, time, n_epoch, n_train_iter, hyper, metricNames } = event
      fits.push({ fit, begun: time, n_epoch, n_train_iter, hyper, history: emptyHistory(metricNames), notes: [] })
    } else if ('fit' in event) {
      const fit = fits.find(({ fit }) => fit === event.fit)
      if (fit) take(fit, event)
    }
  }
  return fits
}

function take(fit: LoggedFit, event: RunEvent): void {
  const { history } = fit
  if (event.type === 'batches') {
    const { losses, smooth_losses, lrs, moms, lr_groups, hps } = event
    // One that changes only now was, until now, what it had been.
    for (const [name, values] of Object.entries(hps ?? {}))
      if (!history.hps?.[name])
        history.hps = { ...history.hps, [name]: new Array(event.first).fill(fit.hyper[name] ?? values[0]) }
    grow(history, { ...emptyHistory(), ...({ losses, smooth_losses, lrs, moms, lr_groups, hps } as Partial<History>) })
  } else if (event.type === 'epoch') {
    const { row, batches } = event
    const before = history.nb_batches.reduce((sum, n) => sum + n, 0)
    const metrics = Object.fromEntries(history.metricNames.map(name => [name, [row[name] ?? null]]))
    const { metricNames } = history
    const part = {
      ...emptyHistory(metricNames),
      metrics,
      epochs: [row],
      val_losses: [row.valid_loss],
      nb_batches: [batches - before],
    }
    grow(history, part)
  } else if (event.type === 'end') {
    history.reason = event.reason
    if (event.error !== undefined) Object.assign(fit, { error: event.error })
  } else if ('batch' in event) (fit.notes as LoggedFit['notes'][number][]).push(event)
}
