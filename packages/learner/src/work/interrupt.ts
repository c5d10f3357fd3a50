import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { show } from '@onecycle/platform'

/** What asks a process to end: Ctrl-C is SIGINT. */
export type ProcessSignal = 'SIGINT' | 'SIGTERM'

const exitCodes: Readonly<Record<ProcessSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/**
 * Ctrl-C (SIGINT) or SIGTERM ended a fit, a search or a measurement after the batch that was under way, and after everyone had cleaned up.
 * What was recorded until then is in `learn.recorder`.
 *
 * A program that does not catch it ends as an interrupted one does: with one line on standard error, no stack, and exit code 130, after
 * SIGTERM 143. A REPL or a notebook goes on.
 *
 * @example
 * try {
 *   await learn.fit_one_cycle(30, 1e-2)
 * } catch (error) {
 *   if (!(error instanceof InterruptedError)) throw error
 *   await learn.save('runs/interrupted')
 *   process.exitCode = error.exitCode
 * }
 */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly signal: ProcessSignal

  /** @param where what was interrupted, and where: 'fit, after batch 3 of 10' */
  constructor(signal: ProcessSignal, where: string) {
    super(`Interrupted by ${signal === 'SIGINT' ? 'Ctrl-C' : signal}: ${where}.`)
    this.signal = signal
    endQuietly()
  }

  /** What a program ends with that was interrupted so, as shells have it: 130 or 143. */
  get exitCode(): number {
    return exitCodes[this.signal]
  }
}

let watching = false

/** From the first interruption on: a program that nobody keeps from ending by it does so in one line. */
function endQuietly(): void {
  if (watching) return
  watching = true
  process.on('uncaughtExceptionMonitor', error => {
    if (!(error instanceof InterruptedError) || isCaughtElsewhere()) return
    try {
      writeSync(2, `${error.message}\n`)
    } catch {
      // Nobody reads it.
    }
    process.exit(error.exitCode)
  })
}

function isCaughtElsewhere(): boolean {
  if (process.hasUncaughtExceptionCaptureCallback() || process.listenerCount('uncaughtException') > 0) return true
  return theRepl() !== undefined
}

/** The REPL that `node` without a program is. Its module is not loaded to see: that takes from the program how it catches errors. */
function theRepl(): NodeJS.EventEmitter | undefined {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] }
  if (!moduleLoadList.includes('NativeModule repl')) return undefined
  return (createRequire(import.meta.url)('node:repl') as { repl?: NodeJS.EventEmitter }).repl
}

const stops = new Set<(signal: ProcessSignal) => void>()
let listening = false

const hearer = (signal: ProcessSignal) => () => {
  // Another one ends the process as usual.
  listen(false)
  for (const stop of stops) stop(signal)
}
const hearers = { SIGINT: hearer('SIGINT'), SIGTERM: hearer('SIGTERM') }

/** One listener for all: twenty fits at once are no leak. */
function listen(on: boolean): void {
  if (listening === on) return
  listening = on
  const change = on ? 'on' : 'off'
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process[change](signal, hearers[signal])
  // On a terminal Ctrl-C is a key to it, and the process gets no signal.
  theRepl()?.[change]('SIGINT', hearers.SIGINT)
}

/** Whether a piece of work is to stop, and with which error: it asks between batches. */
export class Interruption {
  readonly #abort: AbortSignal | undefined
  readonly #stop = (signal: ProcessSignal) => {
    this.#heard = signal
  }
  #heard: ProcessSignal | undefined
  #error: InterruptedError | undefined

  /** Hears the process's signals until it is {@link release}d, and looks at `signal`, which gets no listener. */
  constructor(signal?: AbortSignal) {
    this.#abort = signal
    stops.add(this.#stop)
    listen(true)
  }

  get came(): boolean {
    return this.#heard !== undefined || this.#abort?.aborted === true
  }

  /** What the work is to reject with, the same each time. */
  error(where: () => string): unknown {
    if (this.#heard === undefined) return reasonOf(this.#abort!)
    this.#error ??= new InterruptedError(this.#heard, where())
    return this.#error
  }

  /** Whether it was this that stopped the work. */
  threw(error: unknown): boolean {
    return this.came && (error === this.#error || error === this.#abort?.reason)
  }

  release(): void {
    stops.delete(this.#stop)
    if (stops.size === 0) listen(false)
  }
}

/** @throws TypeError for what is no AbortSignal; what an aborted one gives as its reason. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return
  if (!isSignal(signal)) {
    const hint = isSignal((signal as Partial<AbortController> | null)?.signal) ? ' Pass its .signal.' : ''
    throw new TypeError(`signal is ${show(signal)}; expected an AbortSignal, such as that of an AbortController.${hint}`)
  }
  if (signal.aborted) throw reasonOf(signal)
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && typeof value.aborted === 'boolean'
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError')
}
