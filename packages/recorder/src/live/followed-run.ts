import { FollowedLog } from './followed-log.js'
import { LivingFit } from './living-fit.js'
import type { LiveMessage } from './message.js'
import type { Act, Pulse } from './pulse.js'
import { timeout } from './timeout.js'

/** Milliseconds between two looks whether somebody lives who can be steered. */
const look = 1000

/** A run in a folder, or a log alone, as a page follows it. */
export class FollowedRun {
  readonly log: FollowedLog
  readonly #fit: LivingFit | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param dir of the run; without one there is nobody to steer */
  constructor(path: string, dir: string | undefined) {
    this.log = new FollowedLog(path)
    this.#fit = dir === undefined ? undefined : new LivingFit(dir)
  }

  get pulse(): Pulse | undefined {
    return this.log.story.pulse
  }

  async join(hear: (messages: readonly LiveMessage[]) => void): Promise<() => void> {
    const leave = await this.log.join(hear)
    if (this.#timer === undefined) await this.#look()
    return leave
  }

  act(what: Act): Promise<string> {
    return this.#fit?.act(what).finally(() => this.#tell()) ?? Promise.resolve('No fit is under way.')
  }

  async #look(): Promise<void> {
    await this.#tell()
    clearTimeout(this.#timer)
    this.#timer = this.log.followed && this.#fit ? timeout(() => void this.#look(), look) : undefined
  }

  async #tell(): Promise<void> {
    const pulse = await this.#fit?.pulse()
    if (pulse) this.log.tell(pulse)
    else if (this.pulse && this.pulse.state !== 'idle') this.log.tell({ ...this.pulse, state: 'idle', can: [] })
  }
}
