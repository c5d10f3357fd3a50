import type { Callback } from '@onecycle/callbacks'
import { nameOf } from '@onecycle/callbacks/internal'
import { checkOptions, plainError } from '@onecycle/platform'
import { barPanel, type Panel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { engine } from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { aroundHandlers, finishing, override } from './around.js'

/** What took time in a fit: a part of the loop, the handlers of an event, those of a callback, or a kernel. */
export interface ProfileRow {
  readonly kind: 'part' | 'event' | 'callback' | 'kernel'
  readonly name: string
  readonly calls: number
  /** Milliseconds in all. */
  readonly total: number
}

/** What is used of TensorFlow.js's engine. */
interface KernelRunner {
  runKernelFunc(call: { kernelName?: string }): unknown
}

const titles = { part: 'Parts of the loop', event: 'Handlers by event', callback: 'Handlers by callback', kernel: 'Kernels' }

/** Rows of a kind that a plot shows. */
const shown = 12

/**
 * Tells where the time of a fit goes: to the parts of the loop (waiting for data, prediction, loss, way back, step, validation), to the
 * handlers of each event and of each callback, and to each kernel. Of a kernel that runs others it is what it takes itself; of parts it
 * is what handlers leave. Where a device works on its own (webgpu, webgl, native GPU) a kernel's time is what asking for it takes, and
 * the work is waited for where the loss is read, in the way back.
 *
 * Nothing is measured in fits without it; in those with it a step takes up to 4 hundredths more.
 *
 * @example
 * const profiler = new Profiler()
 * await learn.fit(1e-2, 1, { callbacks: profiler })
 * console.log(profiler.table())
 * await profiler.plot_time().save('runs/time.png')
 */
export class Profiler implements Callback<Learner> {
  static readonly name: string = 'Profiler'
  readonly name = 'Profiler'
  /** Before everyone else: a part ends where its event begins. */
  readonly order = -1e9
  readonly #rows = new Map<string, { kind: ProfileRow['kind']; name: string; calls: number; total: number }>()
  #undo: (() => void)[] = []
  /** Milliseconds of the fit so far, or in all. */
  #whole = 0
  #began = 0
  /** When the part that goes on began, and what handlers have taken since. */
  #since = 0
  #handled = 0
  /** How many handlers are in each other: what one fires is part of it. */
  #depth = 0

  /** By kind, the longest first; of the current or last fit. */
  get rows(): readonly ProfileRow[] {
    const kinds = Object.keys(titles)
    return [...this.#rows.values()]
      .map(row => ({ ...row }))
      .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.total - a.total)
  }

  before_fit({ bus }: Learner): void {
    this.#stop()
    this.#rows.clear()
    this.#depth = 0
    let within = 0
    this.#undo = [
      aroundHandlers(bus, (callback, event, run) => {
        if ((callback as object) === this) return run()
        const begin = performance.now()
        this.#depth++
        return finishing(run, () => {
          const took = performance.now() - begin
          this.#depth--
          if (this.#depth === 0) this.#handled += took
          this.#add('event', event, took)
          this.#add('callback', nameOf(callback), took)
        })
      }),
      override(engine() as unknown as KernelRunner, 'runKernelFunc', runKernel => call => {
        const outer = within
        within = 0
        const begin = performance.now()
        try {
          return runKernel(call)
        } finally {
          const took = performance.now() - begin
          this.#add('kernel', call.kernelName ?? 'with a gradient of its own', took - within)
          within = outer + took
        }
      }),
    ]
    this.#began = performance.now()
    this.#begin()
  }

  before_train(): void {
    this.#begin()
  }

  before_batch({ training }: Learner): void {
    if (training) this.#part('data')
  }

  after_pred({ training }: Learner): void {
    if (training) this.#part('prediction')
  }

  after_loss({ training }: Learner): void {
    if (training) this.#part('loss')
  }

  after_backward(): void {
    this.#part('way back')
  }

  before_step(): void {
    this.#begin()
  }

  after_step(): void {
    this.#part('step')
  }

  after_batch({ training }: Learner): void {
    if (training) this.#begin()
  }

  before_validate(): void {
    this.#begin()
  }

  after_validate(): void {
    this.#part('validation')
  }

  after_fit(): void {
    this.#whole = performance.now() - this.#began
    this.#stop()
  }

  /** All of it as lines: milliseconds, their share of the fit, calls, and milliseconds a call. */
  table(): string {
    const { rows } = this
    const whole = this.#undo.length > 0 ? performance.now() - this.#began : this.#whole
    const width = Math.max(20, ...rows.map(({ name }) => name.length))
    const figures = (cells: readonly string[]) => cells.map(cell => cell.padStart(11)).join('')
    const lines = [`${'Fit'.padEnd(width)}${figures([whole.toFixed(1), '100.0 %'])}`]
    for (const kind of Object.keys(titles) as ProfileRow['kind'][]) {
      const own = rows.filter(row => row.kind === kind)
      if (own.length === 0) continue
      lines.push('', `${titles[kind].padEnd(width)}${figures(['ms', 'share', 'calls', 'ms a call'])}`)
      for (const { name, calls, total } of own) {
        const share = `${((100 * total) / whole).toFixed(1)} %`
        lines.push(`${name.padEnd(width)}${figures([total.toFixed(1), share, String(calls), (total / calls).toFixed(3)])}`)
      }
    }
    return lines.join('\n')
  }

  /** The same as bars, the longest of each kind. @throws Error when nothing was measured */
  plot_time(options: ShowOptions = {}): Plot {
    checkOptions('plot_time', options, showKinds)
    const { rows } = this
    if (rows.length === 0)
      throw plainError(
        'nothing-recorded',
        'Nothing to plot: Profiler has measured no fit yet. Give it to one: { callbacks: profiler }.',
      )
    const panels = (Object.keys(titles) as ProfileRow['kind'][]).flatMap((kind): Panel[] => {
      const own = rows.filter(row => row.kind === kind).slice(0, shown)
      if (own.length === 0) return []
      const y = { label: '', categories: own.map(({ name }) => name) }
      return [barPanel({ title: titles[kind], x: { label: 'Milliseconds' }, y, bars: { [kind]: own.map(({ total }) => total) } })]
    })
    return new Plot({ panels, columns: 2 }).present(options)
  }

  #begin(): void {
    this.#since = performance.now()
    this.#handled = 0
  }

  /** What has gone on since the last one began is this part. */
  #part(name: string): void {
    this.#add('part', name, performance.now() - this.#since - this.#handled)
    this.#begin()
  }

  #add(kind: ProfileRow['kind'], name: string, took: number): void {
    const key = `${kind} ${name}`
    let row = this.#rows.get(key)
    if (!row) {
      row = { kind, name, calls: 0, total: 0 }
      this.#rows.set(key, row)
    }
    row.calls++
    row.total += took
  }

  #stop(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo()
  }
}
