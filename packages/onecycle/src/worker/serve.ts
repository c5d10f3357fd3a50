import type { Callback } from '@onecycle/callbacks'
import type { Learner } from '@onecycle/learner'
import { checkOptions, kind, nearestName, plainError, show, typeError } from '@onecycle/platform'
import { parent } from '#onecycle/parent.js'
import { type Endpoint, listen } from '../bridge/endpoint.js'
import { packError } from '../bridge/errors.js'
import type { PredictInput, Prediction } from '../bridge/prediction.js'
import { ours, type SentEvent, type ToPage, type ToWorker } from '../bridge/protocol.js'
import { buffersOf } from '../bridge/transfer.js'
import type { Functions, Methods, Served } from '../bridge/types.js'
import { Gate } from './gate.js'
import { Messages } from './messages.js'
import { predict } from './predict.js'
import { Reporter } from './reporter.js'

/** What a worker does for a page. */
export interface Service<Options, Result, L extends Learner, M extends Methods<L>, F extends Functions, Own extends object> {
  /** Makes the Learner. */
  create(options: Options): L | Promise<L>
  /** Trains it. What this gives is what the page's call resolves to. */
  run(learn: L, options: Options): Result
  /** What else a page may ask of the Learner, by name: they get it, and then what the page gave. */
  methods?: M
  /** What needs no Learner. */
  functions?: F
  /** Messages of one's own to the page: see {@link messages}. */
  messages?: Messages<Own>
}

/**
 * Lets a page train a Learner in this worker: it answers what `connect` of `onecycle/page` asks for there, tells what happens, and stands
 * still, ends or predicts between two batches when it is asked to. In Node, Deno and Bun it serves the program that began a worker of
 * `worker_threads`.
 *
 * @param port default: what leads from this worker to who began it
 * @throws Error where there is no port, in a page itself, say; TypeError for what defines no service
 * @example
 * export const served = serve({
 *   async create({ seed }: { seed: number; epochs: number }) {
 *     const data = await datasets.mnist_sample({ seed })
 *     return new Learner(data, simple_cnn([3, 16, 16, 2], { seed }), { metrics: [accuracy], progress: false })
 *   },
 *   run: (learn, { epochs }) => learn.fit_one_cycle(epochs, 5e-2),
 * })
 */
export function serve<Options, Result, L extends Learner, M extends Methods<L>, F extends Functions, Own extends object>(
  service: Service<Options, Result, L, M, F, Own>,
  port: Endpoint | undefined = parent(),
): Served<Options, Awaited<Result>, L, M, F, Own> {
  checkOptions<Service<Options, Result, L, M, F, Own>>('serve', service, {
    ...{ create: kind.function, run: kind.function, methods: kind.object, functions: kind.object },
    messages: { expected: 'what messages() made', fits: value => value instanceof Messages },
  })
  for (const name of ['create', 'run'] as const)
    if (!service[name])
      throw typeError(
        'missing-option',
        `serve needs ${name}, a function that ${name === 'create' ? 'makes' : 'trains'} the Learner.`,
      )
  if (typeof port?.postMessage !== 'function')
    throw plainError(
      'not-a-worker',
      port === undefined
        ? 'serve answers the page that began this worker, but this is no worker. Call it in the module that a Worker runs, or give it a port.'
        : `serve takes a port, such as one of a MessageChannel, but got ${show(port)}.`,
    )
  return new Server(service as unknown as AnyService, port) as unknown as Served<Options, Awaited<Result>, L, M, F, Own>
}

type AnyService = Service<unknown, unknown, Learner, Methods<Learner>, Functions, object>

class Server {
  readonly #service: AnyService
  readonly #port: Endpoint
  readonly #reporter = new Reporter(events => this.#tell(events))
  readonly #gate = new Gate(learn => this.#reporter.report(learn))
  /** What is stopped between two fits begins none. */
  readonly #stop: Callback = {
    name: 'Stop',
    order: -100,
    before_fit: () => {
      if (this.#stopped) throw this.#stopped
    },
  }
  #learn: Learner | undefined
  /** What is being made or trained; never rejects. */
  #work: Promise<unknown> | undefined
  #stopped: unknown

  constructor(service: AnyService, port: Endpoint) {
    this.#service = service
    this.#port = port
    service.messages?.connect(this, event => this.#tell([event]))
    listen(port, { message: content => this.#hear(ours<ToWorker>(content)) })
    this.#post({ onecycle: 'ready' })
  }

  get learn(): Learner | undefined {
    return this.#learn
  }

  async close(): Promise<void> {
    await this.stop()
    this.#service.messages?.disconnect(this)
    this.#learn?.dispose()
    this.#learn = undefined
    this.#port.close?.()
  }

  create(options: unknown): Promise<void> {
    return this.#alone('create', () => this.#create(options))
  }

  start(options: unknown): Promise<unknown> {
    return this.#alone('start', async () => {
      await this.#create(options)
      return this.#run(options)
    })
  }

  run(options: unknown): Promise<unknown> {
    return this.#alone('run', async () => {
      if (!this.#learn) await this.#create(options)
      return this.#run(options)
    })
  }

  pause(): boolean | Promise<boolean> {
    return this.#work !== undefined && this.#gate.pause()
  }

  resume(): void {
    this.#gate.resume()
  }

  async stop(): Promise<void> {
    if (!this.#work) return
    this.#stopped = new DOMException('The training was stopped.', 'AbortError')
    this.#learn?.interrupt(this.#stopped)
    this.#gate.resume()
    await this.#work
  }

  predict(x: PredictInput): Promise<Prediction> {
    return this.#gate.between(() => predict(this.#theLearner('predict'), x))
  }

  call(name: string, ...given: unknown[]): Promise<unknown> {
    const { methods = {}, functions = {} } = this.#service
    if (Object.hasOwn(functions, name)) return Promise.resolve(functions[name]!(...(given as never[])))
    if (Object.hasOwn(methods, name))
      return this.#gate.between(() => methods[name]!(this.#theLearner(`call('${name}')`), ...(given as never[])))
    const names = [...Object.keys(methods), ...Object.keys(functions)]
    const meant = nearestName(name, names)
    throw typeError(
      'unknown-method',
      `The worker has no method or function ${show(name)}.${meant ? ` Did you mean ${meant}?` : ''} It has: ${names.join(', ') || 'none'}.`,
    )
  }

  #theLearner(what: string): Learner {
    if (this.#learn) return this.#learn
    throw plainError(
      'no-learner',
      `${what} needs a Learner, and there is none yet: await create(options) or start(options) first.`,
    )
  }

  async #create(options: unknown): Promise<void> {
    this.#learn?.dispose()
    this.#learn = undefined
    const learn = await this.#service.create(options)
    if (typeof learn?.bus?.add !== 'function')
      throw typeError('create-answer', `create must give a Learner, but gave ${show(learn)}.`)
    for (const callback of [this.#stop, this.#reporter, this.#gate])
      if (!learn.bus.callbacks.includes(callback)) learn.bus.add(callback)
    this.#learn = learn
  }

  async #run(options: unknown): Promise<unknown> {
    // Stopped while it was made.
    if (this.#stopped) throw this.#stopped
    return this.#service.run(this.#learn!, options)
  }

  async #alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#work)
      throw plainError('training-busy', `${what} was called while a training is under way: await it, or stop() it first.`)
    const done = work()
    this.#work = done.catch(() => {})
    try {
      return await done
    } finally {
      this.#work = this.#stopped = undefined
      this.#gate.resume()
      this.#gate.letIn()
    }
  }

  async #hear(message: ToWorker | undefined): Promise<void> {
    if (message?.onecycle === 'hello') this.#post({ onecycle: 'ready' })
    if (message?.onecycle !== 'request') return
    const { id, what, given } = message
    try {
      const value = await (this[what] as (...given: readonly unknown[]) => unknown)(...given)
      this.#post({ onecycle: 'answer', id, value }, buffersOf([value]))
    } catch (error) {
      this.#post({ onecycle: 'error', id, error: packError(error) })
    }
  }

  #tell(events: readonly SentEvent[]): void {
    this.#post({ onecycle: 'events', events }, buffersOf(events.map(([, content]) => content)))
  }

  #post(message: ToPage, buffers: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, buffers)
  }
}
