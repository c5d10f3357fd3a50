import type { Callback, TrainingState } from '@onecycle/callbacks'
import { checkNumber, checkOptions, type Kind, kind, type OutputStream, rangeError, show, typeError } from '@onecycle/platform'
import { checkState } from '../check-state.js'
import { EpochWatch } from '../epoch-watch.js'
import { SmoothenValue } from '../smoothing.js'
import { elementKind } from './element-kind.js'
import { type ProgressRenderer, type RendererName, rendererNames } from './news.js'
import type { ProgressOptions } from './progress-options.js'
import type { ProgressBarState, ProgressRun } from './progress-run.js'

let loaded: typeof import('./progress-run.js') | undefined

/** What draws comes with the first fit: a page starts without it, and later fits wait for nothing. */
export async function loadViews(): Promise<void> {
  loaded = await import('./progress-run.js')
}

export const streamKind: Kind = {
  expected: 'a stream, such as process.stderr',
  fits: value => typeof (value as OutputStream | null)?.write === 'function',
}

const rendererKind: Kind = {
  expected: `one of ${rendererNames.join(', ')}, or an object with a method show`,
  fits: value => rendererNames.includes(value as never) || typeof (value as ProgressRenderer | null)?.show === 'function',
}

/**
 * Shows how a fit is getting on. A terminal gets a bar that is drawn over, with the batch, the smoothed loss, batches a second
 * and the time left in this pass, or as much of that as fits in a line; anything else, and a terminal that cannot draw over a line
 * (`TERM=dumb`), gets a line now and then. Every epoch adds a line to the table that fastai prints, broken between columns where a
 * terminal is too narrow; `lr_find` has no table. However the fit ends, the bar is taken away first.
 *
 * On a page it is shown in an `element`, of the classes `onecycle-progress`, `onecycle-progress-bar` and `onecycle-progress-note`, for
 * which any style of the page's own comes before ours.
 *
 * @example
 * new Learner(data, model, { callbacks: [new ProgressBar({ stream: process.stderr })] })
 */
export class ProgressBar implements Callback {
  static readonly name: string = 'ProgressBar'
  readonly order = 60
  readonly writes = true
  readonly #options: ProgressOptions
  #run: ProgressRun | undefined

  /** @param how options, or the `renderer` alone */
  constructor(how: ProgressOptions | RendererName | ProgressRenderer = {}) {
    const options = rendererKind.fits(how) ? { renderer: how as RendererName | ProgressRenderer } : (how as ProgressOptions)
    if (elementKind.fits(options)) throw typeError('not-an-element', 'ProgressBar takes the element as an option: { element }.')
    checkOptions<ProgressOptions>('ProgressBar', options, {
      renderer: rendererKind,
      stream: streamKind,
      element: elementKind,
      hear: kind.function,
      quiet: kind.boolean,
      table: kind.boolean,
      every: kind.any,
    })
    const { every = 10 } = options
    if (typeof every !== 'number' || !(every > 0))
      throw rangeError('number-range', `every is ${show(every)}, and must be a number of seconds above 0, such as 10.`)
    if (typeof options.renderer === 'object') checkNumber('interval of the renderer', options.renderer.interval ?? 0, { min: 0 })
    checkPlace(options)
    this.#options = { ...options }
  }

  before_fit(learn: TrainingState): void | Promise<void> {
    if (this.#options.quiet || this.#options.renderer === 'silent') return
    if (loaded) this.#begin(learn)
    else return loadViews().then(() => this.#begin(learn))
  }

  #begin(learn: TrainingState): void {
    this.#run ??= new loaded!.ProgressRun(this.#options)
    this.#run.begin(learn)
  }

  before_epoch(): void {
    this.#run?.beginEpoch()
  }

  before_train(learn: TrainingState): void {
    this.#run?.beginPass(learn)
  }

  before_validate(learn: TrainingState): void {
    this.#run?.beginPass(learn)
  }

  after_batch(learn: TrainingState): void {
    this.#run?.takeIn(learn)
  }

  after_train(learn: TrainingState): void {
    this.#run?.endPass(learn)
  }

  after_validate(learn: TrainingState): void {
    this.#run?.endPass(learn)
  }

  after_epoch(learn: TrainingState): void {
    this.#run?.endEpoch(learn)
  }

  after_fit(learn: TrainingState): void {
    this.#run?.end(learn)
  }

  /** What it has shown of the fit, for {@link restore} in another process. */
  state(): ProgressBarState {
    return this.#run?.state() ?? { rows: [], smooth: new SmoothenValue().state(), epoch: new EpochWatch().state() }
  }

  /** Goes on from a state: shows the epochs again that are over, so that the table is whole. */
  restore(state: ProgressBarState): void {
    checkState('ProgressBar', state, this.state())
    this.#run?.restore(state)
  }
}

function checkPlace({ stream, element, hear, renderer }: ProgressOptions): void {
  const own = typeof renderer === 'object' ? renderer : undefined
  const places = Object.entries({ stream, element, hear, renderer: own }).filter(([, place]) => place !== undefined)
  if (places.length > 1)
    throw typeError(
      'one-or-other',
      `ProgressBar shows progress in one place, and got ${places.map(([name]) => name).join(' and ')}: make one for each.`,
    )
}
