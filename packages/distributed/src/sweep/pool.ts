import { type ChildProcess, fork } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codeOf, plainError } from '@onecycle/platform'
import { typescriptArguments } from '../typescript.js'
import type { Tells, Told } from './protocol.js'
import type { Outcome } from './run-trial.js'
import { trialFolder } from './trial-files.js'

/** A trial to run, and what has it. */
export interface Task {
  /** The folder of the sweep. */
  readonly dir: string
  readonly trial: number
  readonly module: string
}

// The build puts it there: a process cannot run what is not built.
const program = fileURLToPath(new URL('../../dist/sweep/trial-process.js', import.meta.url))

/** Starts that may fail, one after the other, before it is no trial that ends its process. */
const mostStarts = 3

/** Lines of what a process wrote that are told when it ends. */
const lastLines = 5

/** Milliseconds in which a trial that is stopped has to end: it writes a checkpoint meanwhile. */
const patience = 60_000

/** Processes that run trials, one after the other each, and as many at once as there are tasks. */
export class Pool {
  readonly #memory: number | undefined
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  #starts = 0
  #stopped = false

  /** @param memory bytes that one of them may take */
  constructor(memory?: number) {
    this.#memory = memory
  }

  /**
   * Runs a trial.
   *
   * @param signal ends this one
   * @returns `died` where its process ended without a word
   * @throws Error where processes do not start, or a folder cannot be written
   */
  async run(task: Task, signal?: AbortSignal): Promise<Outcome | 'died'> {
    const isOver = () => this.#stopped || signal?.aborted === true
    if (isOver()) return 'interrupted'
    const how = typescriptArguments(task.module)
    const worker = this.#idleOne(how) ?? (await this.#start(how))
    const stop = () => worker.stop()
    signal?.addEventListener('abort', stop)
    let goesOn = false
    try {
      // While it started: what it was told then, it took for another trial's.
      if (isOver()) return 'interrupted'
      const told = await worker.run(task, this.#memory)
      if (told.what === 'died') return 'died'
      if (told.what === 'failed') throw plainError(codeOf(told, 'trial-process'), told.message)
      // What took too much is not given back by a process that goes on.
      const isSpent = this.#memory !== undefined && typeof told.outcome === 'object' && told.outcome.state === 'failed'
      goesOn = !isSpent && !this.#stopped
      return told.outcome
    } finally {
      signal?.removeEventListener('abort', stop)
      if (goesOn) this.#idle.push(worker)
      else this.#end(worker)
    }
  }

  /** Has all trials end in order: they give `interrupted`. A second time their processes are killed. */
  stop(): void {
    if (this.#stopped) for (const worker of this.#all) worker.kill()
    this.#stopped = true
    for (const worker of this.#all) worker.stop()
  }

  /** Ends the processes that have nothing to do. */
  close(): void {
    for (const worker of this.#idle.splice(0)) this.#end(worker)
  }

  /** One that waits, lives, and was started as this module needs. */
  #idleOne(how: readonly string[]): Worker | undefined {
    const place = this.#idle.findIndex(worker => worker.lives && worker.how.join() === how.join())
    return place < 0 ? undefined : this.#idle.splice(place, 1)[0]
  }

  #end(worker: Worker): void {
    this.#all.delete(worker)
    worker.end()
  }

  async #start(how: readonly string[]): Promise<Worker> {
    for (;;) {
      const worker = new Worker(how)
      this.#all.add(worker)
      const said = await worker.ready
      if (said === undefined) {
        this.#starts = 0
        return worker
      }
      this.#all.delete(worker)
      if (++this.#starts >= mostStarts) throw plainError('trial-process', `A process for trials does not start: ${said}`)
    }
  }
}

/** One process. */
class Worker {
  /** Resolves to undefined when it can be told something, and to what it said if it ended before. */
  readonly ready: Promise<string | undefined>
  /** What Node was started with. */
  readonly how: readonly string[]
  readonly #child: ChildProcess
  #hear: (told: Tells | { what: 'died' }) => void = () => {}
  #output: NodeJS.WritableStream | undefined
  #said: string[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(how: readonly string[]) {
    this.how = how
    const { FORCE_COLOR: _, ...env } = process.env
    const child = fork(program, {
      execArgv: [...how],
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => this.#say(text))
    child.on('message', (told: Tells) => this.#hear(told))
    this.ready = new Promise(resolve => {
      this.#hear = told => resolve(told.what === 'ready' ? undefined : this.#said.join(' ').trim())
    })
    // Of a process that cannot be started nothing else comes.
    child.on('error', error => {
      this.#said.push(error.message)
      if (child.pid === undefined) this.#hear({ what: 'died' })
    })
    child.on('close', () => this.#hear({ what: 'died' }))
  }

  /** Whether it can still be told something. */
  get lives(): boolean {
    return this.#child.connected
  }

  async run(
    { dir, trial, module }: Task,
    memory: number | undefined,
  ): Promise<Exclude<Tells, { what: 'ready' }> | { what: 'died' }> {
    if (!this.lives) return { what: 'died' }
    const folder = trialFolder(dir, trial)
    mkdirSync(folder, { recursive: true })
    const output = createWriteStream(`${folder}/output.txt`, { flags: 'a' })
    // A full disk is for the trial to say.
    output.on('error', () => {})
    this.#output = output
    const told = await new Promise<Tells | { what: 'died' }>(resolve => {
      this.#hear = resolve
      this.#send({ what: 'run', dir, trial, module, memory })
    })
    this.#output = undefined
    output.end()
    clearTimeout(this.#timer)
    this.#timer = undefined
    return told as Exclude<Tells, { what: 'ready' }>
  }

  stop(): void {
    this.#send({ what: 'stop' })
    this.#timer ??= setTimeout(() => this.kill(), patience)
    this.#timer.unref()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  #send(told: Told): void {
    if (this.#child.connected) this.#child.send(told, () => {})
  }

  #say(text: string): void {
    this.#output?.write(text)
    this.#said = [...this.#said, ...text.split('\n')].filter(line => line.trim() !== '').slice(-lastLines)
  }
}
