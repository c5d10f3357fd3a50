import type { Callback } from '@onecycle/callbacks'
import { checkOptions, type Kind, kind } from '@onecycle/platform'
import type { SteeredState } from '../live/steering.js'
import { streamKind } from '../log/progress.js'
import type { TerminalRun } from './terminal-run.js'
import type { TerminalViewOptions } from './terminal-view-options.js'

let loaded: typeof import('./terminal-run.js') | undefined

/** What draws comes with the first fit. */
export async function loadTerminal(): Promise<void> {
  loaded = await import('./terminal-run.js')
}

const inputKind: Kind = {
  expected: 'where keys come from, such as process.stdin',
  fits: value => ['on', 'off'].every(name => typeof (value as Record<string, unknown> | null)?.[name] === 'function'),
}

/**
 * A fit or a search on a whole terminal, over ssh too: curves of loss and rate, the table of epochs, progress, speed, memory, and what is said. Keys:
 * `p` has it stand still and go on, `s` twice ends the fit after its batch, `c` keeps a checkpoint, `q` leaves the view, and training goes on. Whatever
 * ends the fit or the process, but for SIGKILL, the terminal is as it was; the table, and what the program wrote meanwhile, stand there then.
 *
 * Where the stream is no terminal it does nothing, and progress is shown as ever.
 *
 * @throws TypeError for an unknown option, or one of the wrong kind
 * @example
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: new TerminalView() })
 */
export class TerminalView implements Callback<SteeredState> {
  static readonly name: string = 'TerminalView'
  /** After everyone else: who stands still has the batch behind it. */
  readonly order = 2e9
  readonly writes = true
  readonly #options: TerminalViewOptions
  #run: TerminalRun | undefined

  constructor(options: TerminalViewOptions = {}) {
    checkOptions<TerminalViewOptions>('TerminalView', options, {
      ...{ title: kind.string, stream: streamKind, input: inputKind, checkpoints: kind.string },
    })
    this.#options = { ...options }
  }

  before_fit(learn: SteeredState): void | Promise<void> {
    if (loaded) this.#begin(learn)
    else return loadTerminal().then(() => this.#begin(learn))
  }

  #begin(learn: SteeredState): void {
    this.#run ??= new loaded!.TerminalRun(this.#options)
    this.#run.begin(learn)
  }

  before_epoch(): void {
    this.#run?.progress.beginEpoch()
  }

  before_train(learn: SteeredState): void {
    this.#run?.progress.beginPass(learn)
  }

  before_validate(learn: SteeredState): void {
    this.#run?.progress.beginPass(learn)
  }

  after_batch(learn: SteeredState): void | Promise<void> {
    return this.#run?.takeIn(learn)
  }

  after_train(learn: SteeredState): void {
    this.#run?.progress.endPass(learn)
  }

  after_validate(learn: SteeredState): void {
    this.#run?.progress.endPass(learn)
  }

  after_epoch(learn: SteeredState): void {
    this.#run?.progress.endEpoch(learn)
  }

  after_fit(learn: SteeredState): void {
    this.#run?.end(learn)
  }
}
