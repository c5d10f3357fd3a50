import {
  type FullTerminal,
  type OutputStream,
  standardError,
  standardOutput,
  type TerminalInput,
  takeTerminal,
  writeTo,
} from '@onecycle/platform'
import { Plot } from '@onecycle/plot'
import type { EpochRow } from '../history.js'
import { type SteeredState, Steering } from '../live/steering.js'
import { Bars } from '../log/bars.js'
import { tableHeader, tableRow } from '../log/epoch-table.js'
import { type ProgressNews, redraw } from '../log/news.js'
import { ProgressRun } from '../log/progress-run.js'
import type { Status } from '../log/status.js'
import { Curves } from './curves.js'
import { FullScreen } from './full-screen.js'
import { screenOf } from './layout.js'
import type { TerminalViewOptions } from './terminal-view-options.js'

/** Lines that are kept of what was said. */
const kept = 200

/** Milliseconds within which stop is to be pressed once more, as on a page. */
const sureWithin = 4000

/** What a `TerminalView` does while fits run. */
export class TerminalRun {
  readonly progress: ProgressRun
  readonly #title: string
  readonly #stream: OutputStream
  readonly #input: TerminalInput | undefined
  readonly #checkpoints: string
  readonly #changed = () => this.#soon()
  #steering = new Steering()
  readonly #curves = new Curves()
  #learn: SteeredState | undefined
  /** Whether somebody wanted to see no more of it. */
  #left = false
  #terminal: FullTerminal | undefined
  #screen: FullScreen | undefined
  #uncover: (() => void)[] = []
  #status: Status | undefined
  #rows: EpochRow[] = []
  #metricNames: readonly string[] = []
  /** Rows that stand on the ordinary screen. */
  #printed = 0
  #log: string[] = []
  /** What the program wrote while its screen was ours, and the beginning of a line. */
  #written: string[] = []
  #begun = ''
  #drawn = { lines: [] as readonly string[], size: '', at: Number.NEGATIVE_INFINITY, took: 0 }
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Runs while stop was pressed once. */
  #sure: ReturnType<typeof setTimeout> | undefined

  constructor(options: TerminalViewOptions) {
    const { title = 'onecycle', stream = standardOutput(), input, checkpoints = 'checkpoints' } = options
    this.#title = title
    this.#stream = stream
    this.#input = input
    this.#checkpoints = checkpoints
    this.progress = new ProgressRun({ renderer: { interval: 200, show: news => this.#hear(news) } })
  }

  begin(learn: SteeredState): void {
    this.#steering = Steering.of(learn)
    this.#curves.begin(learn.lr_finding)
    if (!this.#left) this.#open(learn)
    this.progress.begin(learn)
    this.#steering.begin(learn, this.#changed)
  }

  takeIn(learn: SteeredState): void | Promise<void> {
    if (learn.lr_finding && learn.training) this.#curves.search(learn.opt.get('lr').at(-1)!, learn.lossValue)
    this.progress.takeIn(learn)
    if (learn.training) return this.#steering.afterBatch()
  }

  end(learn: SteeredState): void {
    this.#steering.end(this.#changed)
    this.progress.end(learn)
    this.#close()
    this.#learn = undefined
  }

  #open(learn: SteeredState): void {
    this.#learn = learn
    this.#rows = []
    this.#metricNames = learn.metricNames
    this.#status = undefined
    this.#printed = 0
    this.#drawn = { lines: [], size: '', at: Number.NEGATIVE_INFINITY, took: 0 }
    const terminal = takeTerminal(
      this.#stream,
      {
        key: key => this.#press(key),
        resized: () => {
          this.#screen?.clear()
          this.#draw()
        },
        written: text => this.#hold(text),
        leave: forGood => {
          this.#screen?.leave()
          if (forGood) this.#tell()
        },
        back: () => {
          this.#screen?.enter()
          this.#draw()
        },
      },
      this.#input,
    )
    if (!terminal) return
    this.#terminal = terminal
    this.#screen = new FullScreen(terminal)
    this.#uncover = [...new Set([this.#stream, standardOutput(), standardError()])].map(stream => Bars.of(stream).cover())
    this.#screen.enter()
    this.#draw()
  }

  /** Leaves the view, and tells on the ordinary screen what has happened meanwhile. */
  #close(note?: string): void {
    this.#forget()
    clearTimeout(this.#timer)
    this.#timer = undefined
    const terminal = this.#terminal
    if (!terminal) return
    terminal.release()
    this.#screen = undefined
    for (const uncover of this.#uncover) uncover()
    this.#tell(note)
    this.#terminal = undefined
  }

  /** Writes what was held back meanwhile, and the rows of the table that do not stand there yet. */
  #tell(note?: string): void {
    const fresh = this.#rows.slice(this.#printed)
    this.#printed = this.#rows.length
    const width = this.#terminal!.size[0] - 1
    const lines = [
      ...this.#written.splice(0),
      ...(this.#begun ? [this.#begun] : []),
      ...(fresh.length > 0 ? [tableHeader(this.#metricNames, width)] : []),
      ...fresh.map(row => tableRow(row, this.#metricNames, width)),
      ...(note ? [note] : []),
    ]
    this.#begun = ''
    if (lines.length > 0) writeTo(this.#stream, `${lines.join('\n')}\n`)
  }

  #hear(news: ProgressNews): void {
    if (news.what === 'status') this.#status = news.status
    else if (news.what === 'epoch') this.#rows.push(news.row)
    else if (news.what === 'end' && news.note) this.#written.push(news.note)
    if (news.what === 'status' || news.what === 'epoch') this.#draw()
  }

  #press(key: string): void {
    if (key === 'q') {
      this.#left = true
      this.#close('The view is left, and training goes on.')
      return
    }
    const what = { p: this.#steering.can.includes('resume') ? 'resume' : 'pause', s: 'stop', c: 'checkpoint' } as const
    if (!Object.hasOwn(what, key)) return
    const act = what[key as keyof typeof what]
    if (act === 'stop' && this.#steering.can.includes(act) && !this.#isSure()) return
    if (this.#steering.can.includes(act))
      void this.#steering.act(act, this.#checkpoints).then(
        answer => this.#say(answer),
        error => this.#say((error as Error).message),
      )
    else this.#say(`There is nothing to ${act} here.`)
  }

  /** Twice, for nothing takes it back. */
  #isSure(): boolean {
    if (this.#sure !== undefined) {
      this.#forget()
      return true
    }
    this.#sure = setTimeout(() => this.#forget(), sureWithin)
    this.#say('Press s again to stop.')
    return false
  }

  #forget(): void {
    clearTimeout(this.#sure)
    this.#sure = undefined
    this.#soon()
  }

  #say(line: string): void {
    this.#log = [...this.#log, line].slice(-kept)
    this.#soon()
  }

  /** What the program writes is shown here, and stands on its screen later. */
  #hold(text: string): void {
    const lines = (this.#begun + text).split('\n')
    this.#begun = lines.pop()!
    this.#written.push(...lines)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours and the like, which would run on.
    this.#log = [...this.#log, ...lines.map(line => line.replace(/\x1b\[[\d;?]*[A-Za-z]|[\x00-\x1f]/g, ''))].slice(-kept)
    this.#soon()
  }

  #soon(): void {
    if (this.#screen) this.#timer ??= setTimeout(() => this.#draw(), redraw)
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.#terminal) return
    const [columns, rows] = this.#terminal.size
    const shown = {
      title: this.#title,
      status: this.#status,
      paused: this.#steering.state === 'paused',
      rows: this.#rows,
      metricNames: this.#metricNames,
      log: this.#log,
      keys: this.#terminal.hasKeys ? this.#keys : ['No keys: standard input is no terminal. Ctrl-C ends it.', 'Ctrl-C ends it.'],
      curves: (width: number, height: number) => this.#curveLines(width, height),
    }
    this.#screen?.draw(screenOf(shown, columns, rows))
  }

  get #keys(): string[] {
    const { can } = this.#steering
    const keys = [
      can.includes('resume') ? 'p go on' : 'p pause',
      this.#sure === undefined ? 's stop' : 's sure?',
      ...(can.includes('checkpoint') ? ['c checkpoint'] : []),
    ]
    return [
      [...keys, 'q leave, and train on', 'Ctrl-C end'].join('   '),
      [...keys, 'q leave'].join('  '),
      [...keys, 'q leave'].map(key => key.slice(0, 6)).join(' '),
    ]
  }

  /** Curves are drawn so seldom that they take a hundredth of the time. */
  #curveLines(width: number, height: number): readonly string[] {
    const size = `${width} ${height}`
    const began = performance.now()
    const { at, took } = this.#drawn
    if (size === this.#drawn.size && began - at < Math.max(200, 100 * took)) return this.#drawn.lines
    if (this.#learn && !this.#learn.lr_finding) this.#curves.follow(this.#learn.recorder.history)
    if (!this.#curves.any) return []
    const chart = this.#curves.chart(width >= 80)
    // Title, axis, its ticks and its name, and the legend stand around it.
    const lines = new Plot(chart).draw({ width, height: Math.max(4, height - 5) }).split('\n')
    this.#drawn = { lines, size, at: began, took: performance.now() - began }
    return lines
  }
}
