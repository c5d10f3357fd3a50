import { InterruptedError, onSignals, onWarning, type ProcessSignal, show, typeError } from '@onecycle/platform'

const stops = new Set<(signal: ProcessSignal) => void>()
let release: (() => void) | undefined

/** One listener for all: twenty fits at once are no leak. Another signal ends the process as usual. */
function listen(): void {
  release ??= onSignals(signal => {
    stopListening()
    for (const stop of stops) stop(signal)
  })
}

function stopListening(): void {
  release?.()
  release = undefined
}

let warned = false

/** From now on SIGUSR1 stops what runs, too, and the process's debugger stays closed when nothing does. */
export function heedWarnings(): void {
  if (warned) return
  warned = true
  onWarning(signal => {
    for (const stop of stops) stop(signal)
  })
}

/** Whether a piece of work is to stop, and with which error: it asks between batches. */
export class Interruption {
  readonly #signals: readonly AbortSignal[]
  readonly #own = new AbortController()
  readonly #stop = (signal: ProcessSignal) => {
    this.#heard = signal
  }
  #heard: ProcessSignal | undefined
  #error: InterruptedError | undefined

  /** Hears the process's signals until it is {@link release}d, and looks at `signal`, which gets no listener. */
  constructor(signal?: AbortSignal) {
    this.#signals = signal ? [this.#own.signal, signal] : [this.#own.signal]
    stops.add(this.#stop)
    listen()
  }

  get came(): boolean {
    return this.heard !== undefined
  }

  get heard(): ProcessSignal | 'abort' | undefined {
    return this.#heard ?? (this.#aborted && 'abort')
  }

  /** As if `signal` were aborted. */
  abort(reason: unknown): void {
    this.#own.abort(reason)
  }

  /** What the work is to reject with, the same each time. */
  error(where: () => string): unknown {
    if (this.#heard === undefined) return reasonOf(this.#aborted!)
    this.#error ??= new InterruptedError(this.#heard, where())
    return this.#error
  }

  /** Whether it was this that stopped the work. */
  threw(error: unknown): boolean {
    return this.came && (error === this.#error || error === this.#aborted?.reason)
  }

  get #aborted(): AbortSignal | undefined {
    return this.#signals.find(({ aborted }) => aborted)
  }

  release(): void {
    stops.delete(this.#stop)
    if (stops.size === 0) stopListening()
  }
}

/** @throws TypeError for what is no AbortSignal; what an aborted one gives as its reason. */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return
  if (!isSignal(signal)) {
    const hint = isSignal((signal as Partial<AbortController> | null)?.signal) ? ' Pass its .signal.' : ''
    throw typeError(
      'not-a-signal',
      `signal is ${show(signal)}; expected an AbortSignal, such as that of an AbortController.${hint}`,
    )
  }
  if (signal.aborted) throw reasonOf(signal)
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && typeof value.aborted === 'boolean'
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError')
}
