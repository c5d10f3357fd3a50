import { EventEmitter } from 'node:events'
import { type Callback, CancelFit } from '@onecycle/callbacks'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { loadViews, ProgressBar } from '../log/progress.js'
import { Recorder } from '../recorder.js'
import { FakeFit, type FakeFitOptions } from '../testing/fake-fit.js'
import { FakeTerminal } from '../testing/fake-terminal.js'
import { FullScreen } from './full-screen.js'
import { screenOf } from './layout.js'
import { loadTerminal, TerminalView } from './terminal-view.js'

// A FakeFit waits for nobody.
beforeAll(async () => {
  await loadViews()
  await loadTerminal()
})

const viewOn = (terminal: FakeTerminal, input?: EventEmitter) =>
  new TerminalView({ stream: terminal, title: 'runs/a', ...(input && { input: input as never }) })

/** A fit that is not run, but told of by hand. */
function fitOf(others: object = {}): never {
  return Object.assign(new FakeFit([]), { recorder: new Recorder() }, others) as never
}

/** Runs a fit, and gives the screen after each training batch. */
function watch(terminal: FakeTerminal, fit: FakeFitOptions, act: (batch: number) => void = () => {}, input?: EventEmitter) {
  vi.useFakeTimers()
  const recorder = new Recorder()
  const screens: string[][] = []
  const look: Callback<FakeFit & { recorder: Recorder }> = {
    order: 3e9,
    after_pred: () => void vi.advanceTimersByTime(250),
    after_batch: learn => {
      if (!learn.training) return
      screens.push(terminal.shown)
      act(learn.train_iter)
    },
  }
  const learn = new FakeFit([recorder, viewOn(terminal, input) as never, look as Callback], fit)
  Object.assign(learn, { recorder, memory: () => ({ tensors: 1.2e6, wasm: 6.4e7, process: 2.1e8 }) })
  try {
    learn.run()
  } finally {
    vi.useRealTimers()
  }
  return screens
}

const modes = (terminal: FakeTerminal) => [...terminal.modes].sort()

describe('a fit on a whole terminal', () => {
  test('shows where it is, its curves and its table, and then leaves the table where it began', () => {
    const terminal = new FakeTerminal(90, 30)
    terminal.write('$ node train.js\n')
    const screens = watch(terminal, { epochs: 3, batches: 20 })
    const screen = screens.at(-1)!
    expect(screen[0]).toBe('runs/a')
    expect(screen[1]).toMatch(/^epoch 3\/3 {2}train {2}━+ {2}20\/20 {2}00:00 left {2}fit 00:00 left$/)
    expect(screen[2]).toMatch(/^loss 0\.\d{4,5} {3}lr 6 {3}256 samples\/s {3}4 it\/s$/)
    expect(screen[3]).toBe('memory   tensors 1.2 MB   wasm 64 MB   process 210 MB')
    expect(screen.join('\n')).toMatch(/Loss +Learning rate\n[\s\S]*[⠁-⣿][\s\S]*Batches +Batches\n +━ training +╌●╌ validation/)
    expect(screen.filter(line => /^[01] {6}\d\.\d{6}/.test(line))).toHaveLength(2)
    expect(screen.at(-1)).toBe('No keys: standard input is no terminal. Ctrl-C ends it.')
    for (const line of screens.flat()) expect(line.length).toBeLessThan(90)
    expect(modes(terminal)).toEqual(['25', '7'])
    expect(terminal.shown.map(line => line.split(' ')[0])).toEqual(['$', 'epoch', '0', '1', '2'])
  })

  test.each([
    [40, 20],
    [80, 24],
    [200, 50],
    [24, 6],
  ])('fits into %s columns and %s rows', (columns, rows) => {
    const terminal = new FakeTerminal(columns, rows)
    for (const screen of watch(terminal, { epochs: 2, batches: 10, metrics: ['accuracy', 'a_long_metric_name'] })) {
      expect(screen.length).toBeLessThanOrEqual(rows)
      for (const line of screen) expect(line.length).toBeLessThan(columns)
      expect(screen[0]).toBe('runs/a')
    }
  })

  test('draws only what has changed', () => {
    const terminal = new FakeTerminal(80, 24)
    const screen = new FullScreen(terminal)
    screen.enter()
    screen.draw(['a', 'b', 'c'])
    terminal.writes.length = 0
    screen.draw(['a', 'B', 'c'])
    expect(terminal.writes.join('')).toBe('\x1b[?2026h\x1b[2;1HB\x1b[0m\x1b[K\x1b[?2026l')
    screen.draw(['a', 'B', 'c'])
    expect(terminal.writes).toHaveLength(1)
    screen.draw(['a'])
    expect(terminal.shown).toEqual(['a'])
  })

  test('follows a window that changes its size', () => {
    const terminal = new FakeTerminal(120, 40)
    const input = new EventEmitter()
    const screens = watch(
      terminal,
      { epochs: 1, batches: 10 },
      batch => {
        if (batch !== 5) return
        terminal.columns = 50
        terminal.rows = 12
        terminal.emit('resize')
      },
      input,
    )
    expect(screens[4]!.length).toBe(40)
    for (const screen of screens.slice(5)) {
      expect(screen.length).toBeLessThanOrEqual(12)
      for (const line of screen) expect(line.length).toBeLessThan(50)
    }
    expect(terminal.listenerCount('resize')).toBe(0)
  })

  test('a failure leaves the terminal as it was, and says where', () => {
    const terminal = new FakeTerminal(80, 24)
    const fail = () =>
      watch(terminal, { epochs: 2, batches: 5 }, batch => {
        if (batch === 7) throw new Error('boom')
      })
    expect(fail).toThrow('boom')
    expect(modes(terminal)).toEqual(['25', '7'])
    expect(terminal.shown.at(0)).toBe('failed in epoch 1, at batch 2 of 5')
  })
})

test('what ends the process leaves the table there, and what the program wrote', () => {
  const terminal = new FakeTerminal(80, 24)
  const before = process.listeners('exit')
  vi.stubEnv('CI', '').stubEnv('TERM', 'xterm')
  const stdout = vi.spyOn(process, 'stdout', 'get').mockReturnValue(terminal as never)
  try {
    const ended = () =>
      watch(terminal, { epochs: 3, batches: 5 }, batch => {
        if (batch === 6) terminal.write('said by the program\nbegun')
        if (batch !== 12) return
        const [exit] = process.listeners('exit').filter(hear => !before.includes(hear))
        exit!(0)
        const { shown } = terminal
        expect(shown.slice(0, 2)).toEqual(['said by the program', 'begun'])
        expect(shown.slice(2).map(line => line.split(' ')[0])).toEqual(['epoch', '0', '1'])
        expect(modes(terminal)).toEqual(['25', '7'])
      })
    expect(ended()).toHaveLength(15)
  } finally {
    stdout.mockRestore()
    vi.unstubAllEnvs()
  }
  expect(process.listeners('exit')).toEqual(before)
  expect(terminal.shown.map(line => line.split(' ')[0])).toEqual(['said', 'begun', 'epoch', '0', '1', 'epoch', '2'])
})

describe('keys', () => {
  test('s twice ends the fit after its batch, and what nobody knows does nothing', () => {
    const input = new EventEmitter()
    const terminal = new FakeTerminal(80, 24)
    const screens = watch(
      terminal,
      { epochs: 3, batches: 10 },
      batch => {
        if (batch === 2) input.emit('data', 's')
        if (batch === 21) input.emit('data', 'x')
        if (batch === 22 || batch === 23) input.emit('data', Buffer.from('s'))
      },
      input,
    )
    expect(screens[1]!.at(-1)).toBe('p pause   s stop   q leave, and train on   Ctrl-C end')
    expect(screens[4]!.at(-1)).toBe('p pause   s sure?   q leave, and train on   Ctrl-C end')
    expect(screens[4]!.join('\n')).toContain('Press s again to stop.')
    expect(screens[21]!.at(-1)).toBe('p pause   s stop   q leave, and train on   Ctrl-C end')
    expect(screens).toHaveLength(24)
    expect(terminal.shown[0]).toBe('stopped in epoch 2, at batch 4 of 10')
    expect(input.listenerCount('data')).toBe(0)
  })

  test('what is pasted, and what a terminal says of arrows and of itself, are no keys', () => {
    const input = new EventEmitter()
    const screens = watch(
      new FakeTerminal(80, 24),
      { epochs: 1, batches: 10 },
      batch => {
        if (batch !== 2) return
        for (const keys of ['\x1bOs', '\x1b[c', '\x1b', 'pasted text', '', Buffer.from('ss')]) input.emit('data', keys)
      },
      input,
    )
    expect(screens).toHaveLength(10)
    expect(screens.at(-1)!.at(-1)).toBe('p pause   s stop   q leave, and train on   Ctrl-C end')
    expect(screens.flat().join('\n')).not.toMatch(/Press|PAUSED|It |There is nothing/)
  })

  test('q leaves the view, and the fit goes on without it, and so does the next', () => {
    const input = new EventEmitter()
    const terminal = new FakeTerminal(80, 24)
    let left: string[] = []
    watch(
      terminal,
      { epochs: 2, batches: 10 },
      batch => {
        if (batch === 12) input.emit('data', 'q')
        if (batch === 12) left = terminal.shown
      },
      input,
    )
    expect(left.map(line => line.split(' ')[0])).toEqual(['epoch', '0', 'The'])
    expect(terminal.shown).toEqual(left)
    expect(modes(terminal)).toEqual(['25', '7'])
  })

  test('p has it stand still until it is pressed again, or the fit is to end', async () => {
    const input = new EventEmitter()
    const terminal = new FakeTerminal(80, 24)
    const view = viewOn(terminal, input)
    const learn = fitOf()
    view.before_fit(learn)
    view.before_train(learn)
    expect(view.after_batch(learn)).toBeUndefined()
    input.emit('data', 'p')
    let still = true
    const standing = Promise.resolve(view.after_batch(learn)).then(() => {
      still = false
    })
    await vi.waitFor(() => expect(terminal.shown.join('\n')).toContain('PAUSED'))
    expect([still, terminal.shown.at(-1)]).toEqual([true, 'p go on   s stop   q leave, and train on   Ctrl-C end'])
    input.emit('data', 'p')
    await standing
    input.emit('data', 'p')
    const stopped = Promise.resolve(view.after_batch(learn))
    input.emit('data', 's')
    input.emit('data', 's')
    await expect(stopped).rejects.toThrow(CancelFit)
    view.after_fit(learn)
    expect(modes(terminal)).toEqual(['25', '7'])
  })

  test('c keeps a checkpoint, and says where', async () => {
    const input = new EventEmitter()
    const terminal = new FakeTerminal(80, 24)
    const view = viewOn(terminal, input)
    const saved: string[] = []
    const save = async (path: string) => {
      saved.push(path)
      return `${path}.safetensors`
    }
    const learn = fitOf({ save })
    view.before_fit(learn)
    input.emit('data', 'c')
    await vi.waitFor(() => expect(terminal.shown.join('\n')).toContain('Kept in checkpoints/epoch-0-batch-0.safetensors.'))
    expect(saved).toEqual(['checkpoints/epoch-0-batch-0'])
    view.after_fit(learn)
  })
})

test('a search shows its losses over rates', () => {
  const terminal = new FakeTerminal(80, 30)
  const view = viewOn(terminal)
  let rate = 1e-5
  const search = { lr_finding: true, num_it: 40, training: true, bs: 64, opt: { get: () => [rate] } }
  const learn = fitOf(search)
  view.before_fit(learn)
  view.before_train(learn)
  vi.useFakeTimers()
  for (let batch = 1; batch <= 30; batch++) {
    rate = 10 ** (batch / 10 - 5)
    Object.assign(learn, { train_iter: batch, lossValue: 2 - batch / 20 })
    vi.advanceTimersByTime(300)
    view.after_batch(learn)
  }
  vi.useRealTimers()
  expect(terminal.shown.join('\n')).toMatch(/^runs\/a\nlr_find {2}━+─+ {2}30\/40 [\s\S]*[⠁-⣿][\s\S]*Learning rate\n/)
  view.after_fit(learn)
  expect(terminal.shown).toEqual([])
})

test('the bar of the same Learner keeps silent under it, and goes on when it is left', () => {
  const terminal = new FakeTerminal(80, 24)
  const recorder = new Recorder()
  const view = viewOn(terminal, new EventEmitter())
  const learn = new FakeFit([recorder, new ProgressBar({ stream: terminal }), view as never], { epochs: 2 })
  Object.assign(learn, { recorder }).run()
  expect(terminal.shown.map(line => line.split(' ')[0])).toEqual(['epoch', '0', '1'])
})

test('where there is no terminal it does nothing', async () => {
  const writes: string[] = []
  const view = new TerminalView({ stream: { write: text => writes.push(text) } })
  const learn = fitOf()
  await view.before_fit(learn)
  view.before_train(learn)
  await view.after_batch(learn)
  view.after_fit(learn)
  expect(writes).toEqual([])
  expect(() => new TerminalView({ titel: 'a' } as never)).toThrow(/no option titel. Did you mean title\?/)
  expect(() => new TerminalView({ input: {} as never })).toThrow(/input must be where keys come from, such as process.stdin/)
  expect(() => new TerminalView({ stream: 'stderr' as never })).toThrow(/stream must be a stream/)
})

test('a window without room shows what matters most', () => {
  const shown = {
    ...{ title: 'a', status: undefined, paused: false, rows: [], metricNames: [], log: ['said'], keys: ['q leave'] },
    curves: () => ['curve'],
  }
  expect(screenOf(shown, 40, 1)).toHaveLength(1)
  for (const columns of [1, 2]) expect(screenOf(shown, columns, 4)).toHaveLength(4)
})
