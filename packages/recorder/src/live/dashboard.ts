import { openInBrowser, serveLive } from '#recorder/live-server.js'
import type { FitGoesOn, RunEvent } from '../run/run-event.js'
import { RunFolder } from '../run/run-folder.js'
import { RunLogger } from '../run/run-logger.js'
import { compact } from './compact.js'
import type { FollowedTraining } from './follow-training.js'
import { eventsOf } from './history-events.js'
import type { LiveMessage } from './message.js'
import { checkDashboardOptions, type DashboardOptions } from './options.js'
import type { Act, Pulse } from './pulse.js'
import { pulseOf } from './pulse-of.js'
import type { LiveServer, LiveSite } from './site.js'
import { type SteeredState, Steering } from './steering.js'
import { Story } from './story.js'
import type { LiveView } from './view/live-view.js'

/** Milliseconds between two tellings. */
const interval = 100

/**
 * A live page of a fit: losses, metrics, rates, speed, memory, epochs, what is noted (gradient statistics, say), with buttons that have it stand
 * still, end, or keep a checkpoint. In Node the page is served at an address of this machine, which is said when the first fit begins: it
 * loads nothing from elsewhere, and whoever does not know the token in its address gets nothing. It is drawn by the browser; the fit tells
 * ten times a second what is new. The process ends when it is done, and the page keeps what it has seen.
 *
 * In a page, give it an `element`. Where a worker trains, the page has {@link Dashboard.follow}.
 *
 * Stop ends the fit as `EarlyStopping` does: the program goes on with what was trained. A checkpoint is written by the `Checkpoint` of the
 * fit; where there is none, `learn.save` writes it to `checkpoints`.
 *
 * @throws TypeError for an unknown option, or one of the wrong kind; RangeError for what is no port. When the first fit begins: Error where the port
 * is in use
 * @example
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: new Dashboard() })
 */
export class Dashboard extends RunLogger implements LiveSite {
  static override readonly name: string = 'Dashboard'
  /** After everyone else: who stands still has the batch behind it. */
  override readonly order: number = 2e9
  override readonly run_valid: boolean = true
  readonly #options: DashboardOptions
  readonly #story = new Story()
  readonly #hearers = new Set<(messages: readonly LiveMessage[]) => void>()
  readonly #checkpoints: string
  readonly #changed = () => this.#beat()
  #steering = new Steering()
  #outbox: LiveMessage[] = []
  #pulsed = 0
  #learn: SteeredState | undefined
  #server: Promise<LiveServer> | undefined
  #address: string | undefined
  #said = false
  #view: Promise<LiveView> | undefined

  constructor(options: DashboardOptions = {}) {
    checkDashboardOptions(options)
    const { name, hparams, checkpoints = 'checkpoints' } = options
    super({ name, hparams, interval })
    this.#options = { ...options }
    this.#checkpoints = checkpoints.replace(/\/+$/, '')
  }

  /**
   * Shows in an element what a training in a worker does, which `connect` of `onecycle/page` leads to: its buttons pause, resume and stop it.
   *
   * @returns what ends it
   * @throws TypeError for what is no such training, or no element
   * @example
   * const training = connect(new Worker(new URL('./train.js', import.meta.url), { type: 'module' }))
   * const end = await Dashboard.follow(training, { element })
   */
  static async follow(training: FollowedTraining, options: { element: HTMLElement }): Promise<() => void> {
    const { followTraining } = await import('./follow-training.js')
    return followTraining(training, options)
  }

  /** Where the page is, with its token; undefined before it is served. */
  get address(): string | undefined {
    return this.#address
  }

  /** How many pages follow it. */
  get pages(): number {
    return this.#hearers.size
  }

  /**
   * Serves the page now, and not when the first fit begins.
   *
   * @returns its address
   * @throws Error where the port is in use, or there is nothing to serve with, as in a page
   */
  async listen(): Promise<string> {
    this.#server ??= serveLive(this, { ...this.#options, dir: this.#folder }).catch(error => {
      this.#server = undefined
      throw error
    })
    this.#address = (await this.#server).address
    return this.#address
  }

  /**
   * Serves no longer, and takes away what is shown in an element. A fit that stands still goes on, one that is to end ends; the next is shown anew.
   */
  async close(): Promise<void> {
    if (this.#steering.can.includes('resume')) await this.act('resume')
    const [server, view] = [this.#server, this.#view]
    this.#server = this.#view = this.#address = undefined
    this.#said = false
    await (await server)?.close()
    ;(await view)?.close()
  }

  override async before_fit(learn: SteeredState): Promise<void> {
    this.#learn = learn
    const { element } = this.#options
    if (element) {
      this.#view ??= this.#mount(element)
      await this.#view
    } else await this.#serve(learn)
    await super.before_fit(learn)
    this.#steering = Steering.of(learn)
    this.#steering.begin(learn, this.#changed)
  }

  override before_batch(learn: SteeredState): void {
    if (learn.training) super.before_batch(learn)
  }

  override after_batch(learn: SteeredState): void | Promise<void> {
    // What is told of batches in a moment takes it along.
    if (performance.now() - this.#pulsed >= interval) this.#beat(learn.training && !learn.lr_finding)
    if (!learn.training) return
    super.after_batch(learn)
    return this.#steering.afterBatch()
  }

  override async after_fit(learn: SteeredState): Promise<void> {
    await super.after_fit(learn)
    this.#steering.end(this.#changed)
    this.#learn = undefined
  }

  override hear(event: RunEvent): void {
    if (event.type === 'resume') this.#tellBefore(event)
    const sent = compact(event)
    if (sent) this.#add(sent)
  }

  override flush(): void {
    const messages = this.#outbox
    if (messages.length === 0) return
    this.#outbox = []
    for (const hear of this.#hearers) hear(messages)
    void this.#view?.then(view => view.show(this.#story))
  }

  /** @internal */
  async join(_: string | undefined, hear: (messages: readonly LiveMessage[]) => void): Promise<() => void> {
    this.flush()
    hear([{ type: 'story', story: this.#story.state() }])
    this.#hearers.add(hear)
    return () => void this.#hearers.delete(hear)
  }

  /** @internal */
  pulse(): Pulse | undefined {
    return this.#story.pulse
  }

  /** Does what a button of the page does: `'pause'`, `'resume'`, `'stop'` or `'checkpoint'`. Gives a sentence on it. */
  act(what: Act): Promise<string> {
    return this.#steering.act(what, this.#checkpoints)
  }

  #add(message: RunEvent | Pulse): void {
    this.#story.take(message)
    this.#outbox.push(message)
  }

  #beat(isTakenAlong = false): void {
    this.#pulsed = performance.now()
    this.#add(pulseOf(this.#learn ?? this.#story.pulse, this.#steering))
    if (!isTakenAlong) this.flush()
  }

  async #serve(learn: SteeredState): Promise<void> {
    const address = await this.listen()
    if (!this.#said) {
      learn.log(`The live page of this run is ${address}`)
      if (this.#options.open) openInBrowser(address)
    }
    this.#said = true
    // A folder that cannot be written is the matter of who keeps the run there.
    if (this.#folder) await (await this.#server)?.note(this.#folder).catch(() => {})
  }

  /** A process that goes on from a checkpoint has heard nothing of what was before; its Recorder has. */
  #tellBefore({ time, fit, batches, epochs }: FitGoesOn): void {
    const learn = this.#learn
    if (!learn || this.#story.fits.some(({ begins }) => begins.fit === fit)) return
    const { n_epoch, n_train_iter, metricNames } = learn
    this.#add({ type: 'fit', time, fit, n_epoch, n_train_iter, metricNames, hyper: {} })
    for (const event of eventsOf(learn.recorder.history, { fit, time, batches, epochs })) this.#add(compact(event)!)
  }

  /** The folder of the run, where one is kept. */
  get #folder(): string | undefined {
    const keep = this.#learn?.bus?.callbacks.find(callback => callback instanceof RunFolder)
    return (keep as RunFolder | undefined)?.dir
  }

  async #mount(element: HTMLElement): Promise<LiveView> {
    const { LiveView } = await import('./view/live-view.js')
    const view = new LiveView(element, {
      act: what => this.act(what),
      share: () => (this.#steering.state === 'running' ? 0.01 : 1),
    })
    view.show(this.#story)
    return view
  }
}
