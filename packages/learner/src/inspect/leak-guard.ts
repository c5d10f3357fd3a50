import type { Callback, EventName } from '@onecycle/callbacks'
import { nameOf } from '@onecycle/callbacks/internal'
import { checkCount, checkOptions, kind, plainError } from '@onecycle/platform'
import { engine, type Tensor, type Variable } from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { aroundHandlers, finishing, override } from './around.js'
import { namedLayers } from './layer-calls.js'

/** What `LeakGuard` is given: whether a leak is an error, and after how many batches in a row it is one. */
export interface LeakGuardOptions {
  /** Whether a leak ends the fit with an error, and is not only told. Default false. */
  raise?: boolean | undefined
  /** Batches in a row in which the tensors of somebody grow in number until it is called a leak. Default 5. */
  patience?: number | undefined
}

/** Tensors that somebody left behind. */
export interface Leak {
  /** The name of a callback; undefined for a layer, and for what is neither. */
  readonly callback?: string | undefined
  readonly event?: EventName | undefined
  /** The place and class of a layer, `0.Dense`. */
  readonly layer?: string | undefined
  /** How many there are more. */
  readonly count: number
  /** Of some of them, as `float32 [64, 10]`. */
  readonly shapes: readonly string[]
}

type Maker = Pick<Leak, 'callback' | 'event' | 'layer'>

/** What is neither in a handler nor in a layer. */
const loop: Maker = {}

/** How many tensors there are of each kind, as `float32 [64, 10]`. */
type Counts = ReadonlyMap<string, number>

interface Growth {
  count: number
  batches: number
  /** Before it began, and a batch ago. */
  from: Counts
  last: Counts
}

/** What is used of TensorFlow.js's engine. */
interface Tracker {
  readonly state: { readonly registeredVariables: Readonly<Record<string, Variable>> }
  trackTensor(tensor: Tensor, ...more: never[]): void
  disposeTensor(tensor: Tensor): void
}

/**
 * Names the callback, and its event, or the layer that leaves tensors behind: whose tensors grow in number from batch to batch, and at
 * the end of a fit what it has not disposed. What somebody holds and replaces does not grow. What neither a callback nor a layer makes
 * (loss, metrics, optimizer, data) is told of together.
 *
 * While it watches, each tensor is noted when it is made and disposed; a fit without it pays nothing.
 *
 * @throws RangeError when patience is not a whole number of at least 1, TypeError for an unknown option; with `raise`, Error in the fit
 * @example
 * await learn.fit(1e-2, 1, { callbacks: new LeakGuard({ raise: true }) })
 */
export class LeakGuard implements Callback<Learner> {
  static readonly name: string = 'LeakGuard'
  readonly name = 'LeakGuard'
  /** Begins before everyone else. */
  readonly order = -1e10
  readonly #raise: boolean
  readonly #patience: number
  readonly #live = new Map<Tensor, Maker>()
  #growths = new Map<Maker, Growth>()
  #makers = new Map<string, Maker>()
  #maker = loop
  #leaks: Leak[] = []
  #undo: (() => void)[] = []

  constructor(options: LeakGuardOptions = {}) {
    checkOptions<LeakGuardOptions>('LeakGuard', options, { raise: kind.boolean, patience: kind.any })
    const { raise = false, patience = 5 } = options
    this.#raise = raise
    this.#patience = checkCount('patience', patience)
  }

  /** What was found in the current or last fit. */
  get leaks(): readonly Leak[] {
    return this.#leaks
  }

  before_fit({ bus, model }: Learner): void {
    this.#stop()
    this.#leaks = []
    this.#growths = new Map()
    this.#makers = new Map()
    const tracker = engine() as unknown as Tracker
    const others: Maker = {}
    const makers = new WeakMap<Tensor, Maker>()
    for (const variable of Object.values(tracker.state.registeredVariables)) makers.set(variable, others)
    const last: Callback<Learner> = {
      name: this.name,
      order: 1e10,
      run_valid: false,
      before_batch: learn => this.#compare(learn),
      after_fit: learn => this.#end(learn),
    }
    bus.add(last)
    this.#undo = [
      () => bus.remove(last),
      aroundHandlers(bus, (callback, event, run) => this.#by({ callback: nameOf(callback), event }, run)),
      ...namedLayers(model).map(([layer, watched]) =>
        override(
          watched,
          'call',
          call =>
            (...given) =>
              this.#by({ layer }, () => call(...given)) as Tensor,
        ),
      ),
      override(tracker, 'trackTensor', track => (tensor: Tensor, ...more: never[]) => {
        track(tensor, ...more)
        // A variable is tracked anew with each value, and stays its maker's.
        const maker = makers.get(tensor) ?? this.#maker
        makers.set(tensor, maker)
        if (maker !== others) this.#live.set(tensor, maker)
      }),
      override(tracker, 'disposeTensor', dispose => (tensor: Tensor) => {
        dispose(tensor)
        this.#live.delete(tensor)
      }),
    ]
  }

  /** What runs makes tensors as `maker`; of several inside each other the innermost. */
  #by(maker: Maker, run: () => unknown): unknown {
    const before = this.#maker
    this.#maker = this.#known(maker)
    return finishing(run, () => {
      this.#maker = before
    })
  }

  /** One object for each. */
  #known(maker: Maker): Maker {
    const key = nameOfMaker(maker)
    const known = this.#makers.get(key) ?? maker
    this.#makers.set(key, known)
    return known
  }

  #compare(learn: Learner): void {
    for (const [maker, tensors] of this.#byMaker()) {
      const count = tensors.length
      const now = countsOf(tensors)
      const growth = this.#growths.get(maker) ?? { count, batches: 0, from: now, last: now }
      this.#growths.set(maker, growth)
      if (count <= growth.count) Object.assign(growth, { batches: 0, from: now })
      else growth.batches++
      if (growth.batches === this.#patience) {
        // What the first batch alone has made, such as an optimizer's memory, is there to stay.
        const grew = [...now].filter(([kind, count]) => count > (growth.last.get(kind) ?? 0))
        const more = grew.map(([kind, count]) => [kind, count - (growth.from.get(kind) ?? 0)] as const)
        this.#tell(learn, maker, new Map(more), `in ${this.#patience} batches`)
      }
      Object.assign(growth, { count, last: now })
    }
  }

  #end(learn: Learner): void {
    const left = [...this.#byMaker()].filter(([maker]) => maker !== loop)
    this.#stop()
    for (const [maker, tensors] of left) this.#tell(learn, maker, countsOf(tensors), 'when the fit was over')
  }

  #tell(learn: Learner, maker: Maker, left: Counts, when: string): void {
    if (this.#leaks.some(leak => nameOfMaker(leak) === nameOfMaker(maker))) return
    const shapes = [...left.keys()]
    const count = [...left.values()].reduce((sum, each) => sum + each, 0)
    this.#leaks.push({ ...maker, count, shapes })
    const line =
      `${nameOfMaker(maker)} left ${count} tensor${count === 1 ? '' : 's'} behind ${when}: ` +
      `${shapes.slice(0, 4).join(', ')}${shapes.length > 4 ? ', ...' : ''}. Make what is not kept in tf.tidy, and dispose what is.`
    if (this.#raise && learn.reason !== 'failed') throw plainError('tensor-leak', line)
    learn.log(line)
  }

  #byMaker(): Map<Maker, Tensor[]> {
    const all = new Map<Maker, Tensor[]>()
    for (const [tensor, maker] of this.#live) {
      const tensors = all.get(maker)
      if (tensors) tensors.push(tensor)
      else all.set(maker, [tensor])
    }
    return all
  }

  #stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo()
    this.#live.clear()
    this.#maker = loop
  }
}

function countsOf(tensors: readonly Tensor[]): Counts {
  const counts = new Map<string, number>()
  for (const { dtype, shape } of tensors) {
    const kind = `${dtype} [${shape.join(', ')}]`
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

function nameOfMaker({ callback, event, layer }: Maker): string {
  if (callback !== undefined) return `${callback}.${event}`
  return layer === undefined ? 'What is no callback and no layer (loss, metrics, optimizer or data)' : `The layer ${layer}`
}
