import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readSweep, type Sweep, type SweepOptions, sweep, type TrialFunction } from './index.js'

let folder: string
let dir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-sweep-'))
  dir = join(folder, 'a')
})
afterEach(() => rm(folder, { recursive: true }))

const space = { x: { uniform: [-1, 1] }, name: ['a', 'b'] } as const
const parabola: TrialFunction<{ x: number }> = ({ params: { x } }) => x ** 2
const common = { space, trials: 12, seed: 3, progress: false } as const
const states = ({ trials }: Sweep) => trials.map(({ state, epochs }) => `${state} ${epochs}`)

describe('a sweep of a function', () => {
  test('runs each trial once, and has all of it in its folder', async () => {
    const seen: number[] = []
    const swept = await sweep({
      ...{ ...common, dir },
      trial: async ({ index, params: { x, name }, dir, seed }) => {
        expect(['a', 'b']).toContain(name)
        expect(seed).toBeGreaterThanOrEqual(0)
        await writeFile(join(dir, 'own.txt'), 'there is a folder')
        seen.push(index)
        return x ** 2
      },
    })
    expect(seen).toEqual([...Array(12).keys()])
    const least = Math.min(...swept.trials.map(({ value }) => value!))
    expect(swept.best!.value).toBe(least)
    expect(swept.best!.value).toBe((swept.best!.params['x'] as number) ** 2)
    expect(await readSweep(dir)).toEqual(swept)
    const lines = (await readFile(join(dir, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line).trial)).toEqual([...Array(12).keys()])
    expect((await readdir(folder, { recursive: true })).filter(name => /\.tmp$|writer\.lock$/.test(name))).toEqual([])
  })

  test('called again it runs nothing; with more trials it runs those, and the others stay as they are', async () => {
    await sweep({ ...common, dir, trials: 3, trial: parabola })
    const trial = vi.fn(parabola)
    await sweep({ ...common, dir, trials: 3, trial })
    expect(trial).not.toHaveBeenCalled()
    const more = await sweep({ ...common, dir, trials: 5, trial })
    expect(trial).toHaveBeenCalledTimes(2)
    const whole = await sweep({ ...common, dir: join(folder, 'b'), trials: 5, trial: parabola })
    expect(more.trials.map(({ params, value, seed }) => ({ params, value, seed }))).toEqual(
      whole.trials.map(({ params, value, seed }) => ({ params, value, seed })),
    )
  })

  test('a trial that fails is one that failed, and is tried again where that is asked for', async () => {
    let broken = true
    const trial: TrialFunction<{ x: number }> = ({ index, params: { x } }) => {
      if (broken && index === 1) throw new RangeError('no such width')
      return x
    }
    const swept = await sweep({ ...common, dir, trials: 3, trial })
    expect(swept.trials.map(({ state, error }) => [state, error])).toEqual([
      ['done', undefined],
      ['failed', 'RangeError: no such width'],
      ['done', undefined],
    ])
    broken = false
    expect((await sweep({ ...common, dir, trials: 3, trial })).trials[1]!.state).toBe('failed')
    const again = await sweep({ ...common, dir, trials: 3, trial, retryFailed: true })
    expect(states(again)).toEqual(['done 0', 'done 0', 'done 0'])
  })

  test.each([
    [() => 'no figure', "TypeError: The trial returned 'no figure'; expected the figure valid_loss, or nothing."],
    [() => undefined, 'TypeError: The trial returned nothing, and reported nothing: there is no valid_loss of it.'],
    [({ report }) => report({ loss: 1 }), 'TypeError: report: there is no valid_loss, which the sweep compares, among loss.'],
    [({ report }) => report('1' as never), "TypeError: report takes the figure valid_loss, or figures by name, but got '1'."],
    [({ report }) => report(1, 0), 'RangeError: report: epoch must be a whole number of at least 1, but it is 0.'],
  ] as [TrialFunction, string][])('what is no figure fails the trial %#', async (trial, message) => {
    const swept = await sweep({ ...common, dir, trials: 1, trial })
    expect(swept.trials[0]!.error).toBe(message)
    expect(swept.best).toBeUndefined()
  })

  test('one whose figure is not finite is over, and never the best', async () => {
    const swept = await sweep({
      ...common,
      dir,
      trials: 3,
      trial: ({ index }) => [Number.NaN, 2, Number.POSITIVE_INFINITY][index],
    })
    expect(swept.trials.map(({ value }) => value)).toEqual([null, 2, null])
    expect(swept.best!.trial).toBe(1)
  })
})

/** A trial of 9 epochs whose loss is the better the less its x is. */
const epochs: TrialFunction<{ x: number }> = async ({ params: { x }, report, signal }) => {
  for (let epoch = 1; epoch <= 9; epoch++) {
    await report({ valid_loss: x + 1 / epoch, accuracy: epoch / 9 })
    signal.throwIfAborted()
  }
}

describe('asha', () => {
  const asha = { ...common, strategy: 'asha', trials: 20 } as const

  test('stops the worse early, and is the same each time in one process', async () => {
    const first = await sweep({ ...asha, dir, trial: epochs })
    const second = await sweep({ ...asha, dir: join(folder, 'b'), trial: epochs })
    expect(states(second)).toEqual(states(first))
    expect(new Set(states(first))).toEqual(new Set(['stopped 1', 'stopped 3', 'done 9']))
    expect(first.best!.params['x']).toBe(Math.min(...first.trials.map(({ params }) => params['x'] as number)))
    const run = first.trials.reduce((sum, { epochs }) => sum + epochs, 0)
    expect(run).toBeLessThan(20 * 9 * 0.7)
  })

  test('interrupted anywhere and called again it comes to the same end', async () => {
    const whole = await sweep({ ...asha, dir: join(folder, 'whole'), trial: epochs })
    for (let calls = 0; ; calls++) {
      const controller = new AbortController()
      let left = 13
      const trial: typeof epochs = given => {
        const report: typeof given.report = async (...args) => {
          await given.report(...args)
          if (--left === 0) controller.abort(new Error('enough'))
        }
        return epochs({ ...given, report })
      }
      const end: Sweep | Error = await sweep({ ...asha, dir, trial, signal: controller.signal }).catch((error: Error) => error)
      if (!(end instanceof Error)) {
        expect(states(end)).toEqual(states(whole))
        expect(end.trials.map(({ reports }) => reports)).toEqual(whole.trials.map(({ reports }) => reports))
        expect(calls).toBeGreaterThan(2)
        break
      }
      expect(end.message).toBe('enough')
    }
  })
})

test('a second sweep in a folder where one runs is refused, and another one that is over too', async () => {
  const inner = vi.fn()
  await sweep({
    ...{ ...common, dir, trials: 1 },
    trial: async () => {
      await sweep({ ...common, dir, trial: parabola }).catch(inner)
      return 1
    },
  })
  expect(inner.mock.calls[0]![0].message).toContain('is being written by this very process')
  await expect(sweep({ ...common, dir, seed: 4, trial: parabola })).rejects.toThrow(
    "has a sweep whose seed is 3, and this one's is 4: give this one a folder of its own.",
  )
  await expect(sweep({ ...common, dir, space: { x: [1] }, trial: parabola })).rejects.toThrow('has a sweep whose space is')
})

test.each([
  [{ dir: '' }, "sweep takes a folder, dir: 'runs/widths', but got ''."],
  [{ space: {} }, 'sweep: space is {}; expected hyper-parameters by name'],
  [{ space: { lr: { logUniform: [0, 1] } } }, 'sweep: space.lr: logUniform begins at 0'],
  [{ trials: undefined }, 'sweep: say with trials how many there are to be: random draws as many as one likes.'],
  [{ trials: 0 }, 'sweep: trials must be a whole number from 1 to 1000000, but it is 0.'],
  [{ num_samples: 3 }, 'sweep has no option num_samples.'],
  [{ strategy: 'bayes' }, "sweep: strategy must be one of 'grid', 'random', 'asha'"],
  [{ seed: -1 }, 'sweep: seed must be a whole number from 0'],
  [{ metric: 'accuracy' }, "sweep: say which way accuracy is better: mode: 'max' or 'min'."],
  [{ mode: 'best' }, "sweep: mode must be one of 'min', 'max', but it is 'best'."],
  [{ retries: 0.5 }, 'sweep: retries must be a whole number'],
  [{ trial: 'nowhere.js' }, 'which trial names.'],
  [{ trial: new URL('https://example.com/trial.js') }, 'expected a file of this machine.'],
  [{ trial: 5 }, 'sweep: trial is 5; expected a function, or the module that has it'],
  [{ memory: '2 potatoes' }, "sweep: memory is '2 potatoes'; expected bytes, a million or more, or a text such as '2 GB'."],
  [{ trial: import.meta.filename, parallel: 0 }, 'sweep: parallel must be a whole number of at least 1, but it is 0.'],
  [{ trial: import.meta.filename, queue: 'localhost' }, "queue is 'localhost'; expected the address of Redis"],
  [{ parallel: 2 }, 'sweep: a function runs in this process, where parallel means nothing.'],
  [{ signal: 5 }, 'sweep: signal must be an AbortSignal'],
] as [Partial<SweepOptions>, string][])('%j is refused, and leaves nothing behind', async (options, message) => {
  await expect(sweep({ ...common, dir, trial: parabola, ...options } as SweepOptions)).rejects.toThrow(message)
  expect(await readdir(folder)).toEqual([])
})

test('what is no sweep is not read as one', async () => {
  await expect(readSweep(dir)).rejects.toThrow(`There is no sweep in ${dir}: it has no sweep.json.`)
  await expect(readSweep(5 as never)).rejects.toThrow("readSweep takes the folder of a sweep, such as 'runs/widths', but got 5.")
  await writeFile(join(folder, 'sweep.json'), '{}')
  await expect(readSweep(folder)).rejects.toThrow('sweep.json is of no sweep of this version.')
})
