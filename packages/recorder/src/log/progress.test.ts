import { type Callback, CancelFit } from '@onecycle/callbacks'
import { canRedraw, say } from '@onecycle/platform'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { Recorder } from '../recorder.js'
import { FakeFit, type FakeFitOptions } from '../testing/fake-fit.js'
import { FakeTerminal } from '../testing/fake-terminal.js'
import { tableHeader, tableRow } from './epoch-table.js'
import type { ProgressNews, ProgressRenderer } from './news.js'
import { loadViews, ProgressBar } from './progress.js'
import type { ProgressOptions } from './progress-options.js'

// A FakeFit waits for nobody.
beforeAll(loadViews)

/** What a fit writes, and what is on the screen afterwards. */
function watch(fit: FakeFitOptions, options: ProgressOptions = {}, tty?: number, ...others: Callback[]) {
  const writes: string[] = []
  const stream = { write: (text: string) => writes.push(text), ...(tty && { isTTY: true, columns: tty }) }
  let error: unknown
  try {
    const learn = new FakeFit([new Recorder(), new ProgressBar({ stream, ...options }), ...others], fit)
    Object.assign(learn, { memory: () => ({ tensors: 1.234e6, wasm: 64e6, process: 2.1e8 }) }).run()
  } catch (thrown) {
    error = thrown
  }
  return { writes, screen: screenOf(writes.join('')), error }
}

/** Plays carriage returns and erasures as a terminal does. */
function screenOf(output: string): string[] {
  const lines = output.split('\n').map(line => {
    let cells = ''
    for (const part of line.split('\r')) {
      const [text = '', ...rest] = part.split('\x1b[K')
      cells = rest.length ? text : text + cells.slice(text.length)
    }
    return cells
  })
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Makes every batch take so many milliseconds. */
function slow(ms: number): Callback {
  vi.useFakeTimers({ toFake: ['performance'] })
  return { order: 1, after_pred: () => void vi.advanceTimersByTime(ms) }
}

describe('the table', () => {
  test('has one aligned row an epoch under its header', () => {
    const { screen } = watch({ epochs: 3, metrics: ['accuracy', 'a_long_metric_name'] })
    expect(screen).toHaveLength(4)
    expect(screen[0]!.split(/ +/)).toEqual(['epoch', 'train_loss', 'valid_loss', 'accuracy', 'a_long_metric_name', 'time'])
    for (const [i, row] of screen.slice(1).entries()) {
      expect(row).toMatch(/^\d +\d\.\d{6} +\d\.\d{6} +\d\.\d{6} +\d\.\d{6} +00:00$/)
      for (const name of ['valid_loss', 'accuracy', 'a_long_metric_name', 'time'])
        expect(row.slice(screen[0]!.indexOf(name) - 1, screen[0]!.indexOf(name) + 1)).toMatch(/^ \d$/)
      expect(row.startsWith(String(i))).toBe(true)
    }
  })

  test('keeps its columns for small, large, negative and missing figures, and loses no small one', () => {
    const header = tableHeader(['m'])
    const row = (m: number | null) => tableRow({ epoch: 12, train_loss: 1.25e-5, valid_loss: null, m, time: 3671 }, ['m'])
    for (const m of [0, 1e-9, -1e-9, 0.000999, 999.9999999, -1234567.891, 1e12, Number.NaN, null, Number.NEGATIVE_INFINITY]) {
      expect(row(m).indexOf('1:01:11'), String(m)).toBe(header.indexOf('time'))
      expect(row(m)).toContain('1.2500e-5')
    }
    expect(row(1e-9)).toContain('1.0000e-9')
    expect(row(0.001)).toContain('0.001000')
  })

  test('is never broken without a terminal', () => {
    const { screen } = watch({ epochs: 1, metrics: Array.from({ length: 20 }, (_, i) => `metric_${i}`) })
    expect(screen).toHaveLength(2)
  })

  test('can be left out', () => {
    expect(watch({}, { table: false }).writes).toEqual([])
  })
})

test('quiet writes nothing', () => {
  expect(watch({}, { quiet: true }, 80).writes).toEqual([])
})

describe('on a terminal', () => {
  test('a bar is drawn over about ten times a second, and gone at the end', () => {
    const { writes, screen } = watch({ epochs: 2, batches: 100, validBatches: 10 }, {}, 80, slow(20))
    vi.useRealTimers()
    const bars = writes.filter(text => text.startsWith('\repoch'))
    expect(bars.length).toBeGreaterThanOrEqual(36)
    expect(bars.length).toBeLessThanOrEqual(46)
    for (const bar of bars) expect(bar.replace('\r', '').replace('\x1b[K', '').length).toBeLessThan(80)
    expect(bars[8]).toMatch(/epoch 1\/2 {2}━+─+ +41\/100 {2}loss 0\.0\d{4} {2}lr 4\.1 {5}3\.2k samples\/s {2}00:01 left/)
    expect(bars.some(bar => /epoch 2\/2 {2}valid .*\/10 /.test(bar))).toBe(true)
    expect(screen).toHaveLength(3)
    expect(screen.join('')).not.toMatch(/[━─]/)
  })

  test('a terminal that does not know its columns has 80', () => {
    const writes: string[] = []
    const stream = { write: (text: string) => writes.push(text), isTTY: true, columns: 0 }
    new FakeFit([new ProgressBar({ stream })]).run()
    expect(writes[0]).toMatch(/epoch 1\/2 {2}━.* left/)
  })

  test.each([10, 25, 40])('%s columns are enough', columns => {
    const { writes } = watch({ batches: 30 }, {}, columns, slow(200))
    vi.useRealTimers()
    const drawn = writes.filter(text => text.startsWith('\repoch'))
    expect(drawn.length).toBeGreaterThan(30)
    for (const text of drawn) expect(text.length - '\r\x1b[K'.length).toBeLessThan(columns)
  })

  test.each([
    [
      200,
      /^epoch 1\/2 {2}train {2}━{20}─{20} {2}15\/30 {2}loss 0\.\d{4} {2}lr 1\.5 {6}320 samples\/s {5}5 it\/s {2}00:03 left {2}fit 00:09 left {2}tensors 1\.2 MB {2}wasm 64 MB {2}process 210 MB$/,
    ],
    [
      120,
      /^epoch 1\/2 {2}train {2}━{5}─{5} {2}15\/30 {2}loss 0\.\d{4} {2}lr 1\.5 {6}320 samples\/s {2}00:03 left {2}fit 00:09 left {2}tensors 1\.2 MB$/,
    ],
    [80, /^epoch 1\/2 {2}━{5}─{4} {2}15\/30 {2}loss 0\.\d{4} {2}lr 1\.5 {6}320 samples\/s {2}00:03 left$/],
    [60, /^epoch 1\/2 {2}━{3}─{2} {2}15\/30 {2}loss 0\.\d{4} {2}lr 1\.5 {5}00:03 left$/],
    [50, /^epoch 1\/2 {2}━{3}─{3} {2}15\/30 {2}loss 0\.\d{4} {2}00:03 left$/],
    [40, /^epoch 1\/2 {2}━{4}─{4} {2}15\/30 {2}loss 0\.\d{4}$/],
    [30, /^epoch 1\/2 {2}━{6}─{5} {2}15\/30$/],
    [20, /^epoch 1\/2 {2}15\/30$/],
    [12, /^epoch 1\/2$/],
    [9, /^$/],
  ])('at %s columns the bar shrinks, then whole words go', (columns, expected) => {
    const { writes } = watch({ batches: 30 }, {}, columns, slow(200))
    vi.useRealTimers()
    const drawn = writes.filter(text => text.startsWith('\r') && text !== '\r\x1b[K')
    expect((columns < 10 ? '' : drawn[14]!).replace('\r', '').replace('\x1b[K', '')).toMatch(expected)
  })

  test('a window that is made smaller is heeded by the next line, and has the heading again in its new form', () => {
    const writes: string[] = []
    const stream = { write: (text: string) => writes.push(text), isTTY: true, columns: 80 }
    const shrink: Callback = {
      order: 70,
      after_epoch: () => {
        stream.columns = 40
      },
    }
    new FakeFit([new Recorder(), new ProgressBar({ stream }), shrink]).run()
    const lines = writes.filter(text => text.endsWith('\n'))
    expect(lines).toEqual([
      'epoch  train_loss   valid_loss   accuracy     time\n',
      expect.stringMatching(/^0 {6}\d\.\d{6} {5}\d\.\d{6} {5}0\.900000 {5}00:00\n$/),
      'epoch  train_loss   valid_loss\n       accuracy     time\n',
      expect.stringMatching(/^1 {6}\d\.\d{6} {5}\d\.\d{6}\n {7}0\.910000 {5}00:00\n$/),
    ])
    for (const line of lines.slice(-2).join('').split('\n')) expect(line.length).toBeLessThan(40)
  })

  test('nothing is left half drawn when a fit dies or is cancelled', () => {
    const at = (thrown: Error): Callback => ({
      order: 70,
      after_batch: learn => {
        if (learn.train_iter === 8) throw thrown
      },
    })
    const died = watch({}, {}, 80, at(new Error('boom')))
    expect(died.error).toMatchObject({ message: 'boom' })
    expect(died.screen.at(-1)).toBe('failed in epoch 1, at batch 3 of 5')
    expect(died.screen).toHaveLength(3)
    expect(watch({}, {}, 80, at(new CancelFit())).screen.at(-1)).toBe('stopped in epoch 1, at batch 3 of 5')
    expect(watch({}, { table: false }, 80, at(new CancelFit())).screen).toEqual([])
  })
})

describe('several fits on one terminal', () => {
  /** A fit whose epochs each have another fit at their end. */
  function nested(terminal: FakeTerminal, inner: Callback): void {
    const again: Callback = {
      order: 70,
      after_batch: learn => {
        if (learn.training && learn.iter === 2)
          new FakeFit([new Recorder(), new ProgressBar({ stream: terminal }), slow(40), inner], { epochs: 1, metrics: [] }).run()
      },
    }
    new FakeFit([new Recorder(), new ProgressBar({ stream: terminal }), slow(40), again]).run()
    vi.useRealTimers()
  }

  test('each have a line, the one inside under the other, and tables that are told apart', () => {
    const terminal = new FakeTerminal(80)
    const screens: string[][] = []
    nested(terminal, { order: 71, after_batch: () => void screens.push(terminal.shown) })
    const [outer, inner] = screens.findLast(rows => rows.length > 1 && rows.at(-1)!.startsWith('  epoch 1/1'))!.slice(-2)
    expect(outer).toMatch(/^epoch [12]\/2 {2}━.* left$/)
    expect(inner).toMatch(/^ {2}epoch 1\/1 {2}(valid {2})?━.* left$/)
    expect(terminal.shown.map(row => row.replace(/[\d.]+/g, '#').replace(/ +/g, ' '))).toEqual([
      ' epoch train_loss valid_loss time',
      ' # # # #:#',
      'epoch train_loss valid_loss accuracy time',
      '# # # # #:#',
      ' epoch train_loss valid_loss time',
      ' # # # #:#',
      'epoch train_loss valid_loss accuracy time',
      '# # # # #:#',
    ])
  })

  test('are drawn ten times a second at most, all of them together', () => {
    const terminal = new FakeTerminal(80)
    const beat = slow(2)
    const began = performance.now()
    for (let i = 0; i < 100; i++)
      new FakeFit([new ProgressBar({ stream: terminal, table: false }), beat], { epochs: 1, validBatches: 0 }).run()
    const seconds = (performance.now() - began) / 1000
    vi.useRealTimers()
    const drawn = terminal.writes.filter(text => text.includes('epoch'))
    expect(drawn.length).toBeLessThanOrEqual(10 * seconds + 1)
    expect(drawn.length).toBeGreaterThan(3)
    expect(terminal.shown).toEqual([])
  })
})

test('a bar whose window becomes narrower leaves nothing behind', () => {
  const terminal = new FakeTerminal(100)
  const narrow: Callback = {
    order: 70,
    after_batch: learn => {
      if (learn.iter === 2 && learn.training) terminal.narrow(learn.epoch === 0 ? 40 : 24)
    },
  }
  new FakeFit([new ProgressBar({ stream: terminal, table: false }), slow(120), narrow]).run()
  vi.useRealTimers()
  expect(terminal.shown).toEqual([])
  expect(terminal.writes.join('')).toContain('A')
})

test('what the Learner says stands in a line of its own', () => {
  vi.spyOn(console, 'error').mockImplementation(line => terminal.write(`${line}\n`))
  const terminal = new FakeTerminal(80)
  const speak: Callback = {
    order: 70,
    after_batch: learn => {
      if (learn.train_iter === 2) say('By the way.')
    },
  }
  new FakeFit([new ProgressBar({ stream: terminal, table: false }), slow(120), speak], { epochs: 1 }).run()
  vi.useRealTimers()
  vi.restoreAllMocks()
  expect(terminal.shown).toEqual(['By the way.'])
})

describe('renderers by name', () => {
  test('plain is lines without control characters, on a terminal too', () => {
    const { writes, screen } = watch({ epochs: 1, batches: 100 }, { renderer: 'plain', every: 1 }, 80, slow(100))
    vi.useRealTimers()
    for (const mark of ['\r', '\x1b', '━']) expect(writes.join('')).not.toContain(mark)
    expect(screen.filter(line => line.startsWith('epoch 1/1'))).toHaveLength(10)
  })

  test('json is all that happened, with figures', () => {
    const { writes } = watch({ epochs: 1, batches: 30 }, { renderer: 'json' }, 80, slow(100))
    vi.useRealTimers()
    const news = writes.map(line => JSON.parse(line))
    expect(news.map(({ what }) => what)).toEqual([
      'begin',
      'status',
      'status',
      'status',
      'pass',
      'status',
      'pass',
      'epoch',
      'end',
    ])
    expect(news[2]).toEqual({
      time: expect.any(Number),
      what: 'status',
      status: {
        ...{ lr_finding: false, epoch: 0, n_epoch: 1, training: true, batch: 11, batches: 30, loss: expect.any(Number) },
        lr: expect.closeTo(1.1),
        ...{ batchesPerSecond: 10, samplesPerSecond: 640, secondsLeft: expect.closeTo(1.9) },
        memory: { tensors: 1.234e6, wasm: 64e6, process: 2.1e8 },
      },
    })
    expect(news.at(-2).row).toMatchObject({ epoch: 0, valid_loss: 0.5 })
  })

  test('silent is nothing', () => {
    expect(watch({}, { renderer: 'silent' }, 80).writes).toEqual([])
  })

  test('one of your own gets the same, at its own pace', () => {
    const heard: ProgressNews[] = []
    const own: ProgressRenderer = { interval: 500, show: news => heard.push(news) }
    new FakeFit([new ProgressBar(own), slow(100)], { epochs: 1, batches: 30, validBatches: 0 }).run()
    vi.useRealTimers()
    expect(heard.filter(({ what }) => what === 'status')).toHaveLength(6)
  })

  test('another one is refused, with those that there are', () => {
    expect(() => new ProgressBar({ renderer: 'rich' as never })).toThrow(
      "renderer must be one of bar, plain, json, silent, or an object with a method show, but it is 'rich'.",
    )
    expect(() => new ProgressBar('rich' as never)).toThrow(/rich/)
  })
})

test('where CI is set, what looks like a terminal is a log', () => {
  const isTTY = process.stdout.isTTY
  const before = process.env['CI']
  process.stdout.isTTY = true
  try {
    for (const [ci, redraws] of [
      ['true', false],
      ['1', false],
      ['', true],
      ['false', true],
    ] as const) {
      process.env['CI'] = ci
      expect(canRedraw(process.stdout), ci).toBe(redraws)
    }
  } finally {
    process.stdout.isTTY = isTTY
    if (before === undefined) delete process.env['CI']
    else process.env['CI'] = before
  }
})

test('lr_find counts its own batches, over all its epochs', () => {
  const writes: string[] = []
  const stream = { write: (text: string) => writes.push(text), isTTY: true, columns: 100 }
  const fit = new FakeFit([new ProgressBar({ stream }), slow(100)], { epochs: 3, batches: 4, validBatches: 0 })
  fit.lr_finding = true
  fit.num_it = 10
  fit.run()
  const shown = writes
    .join('')
    .split('\r')
    .filter(text => text.includes('lr_find'))
  expect(shown.map(text => / (\d+)\/(\d+) /.exec(text)!.slice(1).map(Number))).toEqual(
    Array.from({ length: 12 }, (_, i) => [i + 1, 10]),
  )
  expect(shown[4]).toMatch(/5\/10 .*10 it\/s {2}00:01 left/)
})

test('lr_find shows a bar and leaves nothing behind', () => {
  const writes: string[] = []
  const fit = new FakeFit([new ProgressBar({ stream: { write: text => writes.push(text), isTTY: true, columns: 80 } })])
  fit.lr_finding = true
  fit.run()
  expect(writes[0]).toMatch(/lr_find {2}train/)
  expect(screenOf(writes.join(''))).toEqual([])
})

describe('without a terminal', () => {
  test('a line now and then, plain', () => {
    const { writes, screen } = watch({ epochs: 1, batches: 100 }, { every: 1 }, undefined, slow(100))
    vi.useRealTimers()
    for (const mark of ['\r', '\x1b', '━']) expect(writes.join('')).not.toContain(mark)
    const lines = screen.filter(line => line.startsWith('epoch 1/1'))
    expect(lines).toHaveLength(10)
    expect(lines[4]).toMatch(
      /^epoch 1\/1 {2}train {2}50\/100 {2}loss 0\.0\d{4} {2}lr 5 {2}640 samples\/s {2}10 it\/s {2}00:05 left {2}tensors 1\.2 MB {2}wasm 64 MB {2}process 210 MB$/,
    )
    expect(screen).toHaveLength(12)
  })

  test('a quick fit gives its table only', () => {
    expect(watch({}).screen).toHaveLength(3)
  })
})

describe('heard by a function', () => {
  test('is all that is shown, as data, about ten times a second', () => {
    const heard: ProgressNews[] = []
    const fail: Callback = {
      order: 70,
      after_batch: learn => {
        if (learn.epoch === 1 && learn.training && learn.iter === 30) throw new CancelFit()
      },
    }
    const fit = new FakeFit([new ProgressBar({ hear: news => heard.push(structuredClone(news)) }), fail, slow(20)], {
      batches: 50,
      validBatches: 5,
    })
    fit.run()
    vi.useRealTimers()
    const whats = heard.map(news => news.what)
    expect([whats[0], whats.at(-1)]).toEqual(['begin', 'end'])
    expect(whats.filter(what => what === 'status').length).toBeGreaterThan(12)
    expect(whats.filter(what => what === 'status').length).toBeLessThan(22)
    expect(heard.filter(news => news.what === 'epoch')).toEqual([
      { what: 'epoch', row: expect.objectContaining({ epoch: 0, accuracy: 0.9 }), metricNames: ['accuracy'] },
    ])
    expect(heard.at(-1)).toEqual({ what: 'end', note: 'stopped in epoch 1, at batch 31 of 50' })
  })

  test('and nowhere else', () => {
    const stream = { write: () => {} }
    expect(() => new ProgressBar({ hear: () => {}, stream })).toThrow(/in one place, and got stream and hear/)
    expect(() => new ProgressBar({ element: '#progress' as never })).toThrow(/element must be an element of a page/)
    expect(() => new ProgressBar({ replaceChildren() {} } as never)).toThrow(/as an option: \{ element \}/)
  })
})

test('every must be above zero', () => {
  expect(() => new ProgressBar({ every: 0 })).toThrow(/every is 0/)
  for (const interval of [Number.NaN, -1, '9' as never])
    expect(() => new ProgressBar({ show() {}, interval })).toThrow(
      /interval of the renderer must be a number at least 0, but it is/,
    )
})

test('it costs next to nothing a batch', () => {
  const bar = new ProgressBar({ stream: { write: () => {}, isTTY: true, columns: 80 } })
  const fit = new FakeFit([], { epochs: 1 })
  bar.before_fit(fit)
  bar.before_epoch()
  bar.before_train(fit)
  fit.n_iter = 200_000
  // Of the processor's time: what a busy machine adds is not the bar's.
  const began = process.cpuUsage()
  for (fit.iter = 0; fit.iter < fit.n_iter; fit.iter++) bar.after_batch(fit)
  expect(process.cpuUsage(began).user / 1000 / fit.n_iter).toBeLessThan(0.01)
})

test('only the first fit of all waits for what draws', async () => {
  vi.resetModules()
  const { ProgressBar } = await import('./progress.js')
  const heard: string[] = []
  const first = new ProgressBar({ hear: news => heard.push(news.what) })
  const loading = first.before_fit(new FakeFit([]))
  expect(heard).toEqual([])
  await loading
  expect(heard).toEqual(['begin'])
  for (const bar of [first, new ProgressBar({ hear: news => heard.push(news.what) })])
    expect(bar.before_fit(new FakeFit([]))).toBeUndefined()
  expect(heard).toEqual(['begin', 'begin', 'begin'])
})

test('a quiet one waits for nothing', async () => {
  vi.resetModules()
  const { ProgressBar } = await import('./progress.js')
  expect(new ProgressBar({ quiet: true }).before_fit(new FakeFit([]))).toBeUndefined()
})
