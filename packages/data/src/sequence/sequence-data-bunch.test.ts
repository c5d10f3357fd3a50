import { dispose, memory } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Row } from '../table/row-inputs.js'
import { SequenceDataBunch } from './sequence-data-bunch.js'
import { SequenceInputs } from './sequence-inputs.js'
import { windowsOf } from './windows.js'

const days = (n: number, more: (day: number) => object = () => ({})) =>
  Array.from({ length: n }, (_, day) => ({ day: new Date(Date.UTC(2024, 0, 1 + day)), sales: day, price: 2 * day, ...more(day) }))

describe('windows', () => {
  it('keep to one series and its order, and nothing that trains predicts what validates', () => {
    const shapes = fc.record({
      lengths: fc.array(fc.integer({ min: 12, max: 40 }), { minLength: 1, maxLength: 3 }),
      lookback: fc.integer({ min: 1, max: 4 }),
      horizon: fc.integer({ min: 1, max: 2 }),
      stride: fc.integer({ min: 1, max: 2 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    })
    fc.assert(
      fc.property(shapes, ({ lengths, lookback, horizon, stride, seed }) => {
        const all = lengths.flatMap((n, series) => Array.from({ length: n }, (_, time) => ({ series, time })))
        // In any order in the table.
        const order = all.map((_, i) => ({ i, key: (i * 7919 * seed) % 10007 })).sort((a, b) => a.key - b.key)
        const table = order.map(({ i }) => all[i]!)
        const { rows, train, valid, until } = windowsOf(
          table.map(({ time }) => time),
          Int32Array.from(table, ({ series }) => series),
          { lookback, horizon, stride, gaps: 'refuse', valid_pct: 0.4 },
        )
        const window = (first: number) => Array.from({ length: lookback + horizon }, (_, i) => table[rows[first + i]!]!)
        for (const first of [...train, ...valid]) {
          const seen = window(first)
          expect(new Set(seen.map(({ series }) => series)).size).toBe(1)
          expect(seen.map(({ time }) => time)).toEqual(seen.map((_, i) => seen[0]!.time + i))
        }
        const targets = (firsts: Int32Array) =>
          [...firsts].flatMap(first =>
            window(first)
              .slice(lookback)
              .map(({ time }) => time),
          )
        expect(Math.max(...targets(train))).toBeLessThan(until)
        expect(Math.min(...targets(valid))).toBeGreaterThanOrEqual(until)
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    [[0, 1, 1, 2], /Rows 1 and 2 have the same time\. Name the column that tells series apart/],
    [[0, 1, 2, 9, 10], /Between rows 2 and 3 there is a gap: their times differ by 7, and others by 1\. .*gaps: 'split'/],
    [[0, Number.NaN], /Row 1 has no time/],
    [[0, 1, 2], /no windows to train on: each has lookback 3 and horizon 1 rows, and the longest series has 3/],
  ])('of times %j are refused', (times, message) => {
    const options = { lookback: 3, horizon: 1, stride: 1, gaps: 'refuse', valid_pct: 0.5 } as const
    expect(() => windowsOf(times, new Int32Array(times.length), options)).toThrow(message)
  })

  it('begin anew after a gap, where that is asked for', () => {
    const times = [...Array(12).keys(), ...Array.from({ length: 12 }, (_, i) => 100 + i)]
    const { train, valid } = windowsOf(times, new Int32Array(24), {
      lookback: 3,
      horizon: 1,
      stride: 1,
      gaps: 'split',
      valid_pct: 0.4,
    })
    expect([...train]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(valid[0]).toBe(12)
  })
})

describe('SequenceDataBunch', () => {
  it('has windows of the numbers of its columns, scaled by the rows that train, and what comes next', async () => {
    const data = await SequenceDataBunch.from_df(days(20), { time: 'day', y: 'sales', lookback: 3, horizon: 2, bs: 4 })
    expect([data.inputShape, data.targetShape, data.train_ds!.length, data.valid_ds!.length]).toEqual([[3, 2], [2], 12, 3])
    const { means, stds } = data.inputs.columns
    expect(means).toEqual([7.5, 15])
    const { xs, ys } = await data.valid_ds!.batch(Int32Array.of(0))
    const units = (values: ArrayLike<number>, of = (i: number) => i % 2) =>
      Array.from(values, (value, i) => Math.round(value * stds[of(i)]! + means[of(i)]!))
    expect(units([xs].flat()[0]!.dataSync())).toEqual([13, 26, 14, 28, 15, 30])
    expect(units([ys].flat()[0]!.dataSync(), () => 0)).toEqual([16, 17])
    expect(data.valuesOf()).toMatchObject({ values: ['sales +1', 'sales +2'], scale: { means: [7.5, 7.5] } })
  })

  it('tells series apart, and leaves out what holds no numbers', async () => {
    const rows = ['a', 'b'].flatMap(shop => days(12, () => ({ shop, open: true, note: 'x' })))
    const data = await SequenceDataBunch.from_df(rows, {
      time: 'day',
      y: 'sales',
      series: 'shop',
      lookback: 2,
      bs: 4,
      valid_pct: 0.25,
    })
    expect(data.inputs.columns.names).toEqual(['sales', 'price', 'open'])
    expect([data.train_ds!.length, data.valid_ds!.length]).toEqual([14, 6])
  })

  it.each([
    [{ y: 'sale' }, /sale/],
    [{ y: 'note' }, /note holds texts; a sequence is made of numbers/],
    [{ time: 'note' }, /note holds 'x', which is no time/],
    [{ inputs: ['hole'] }, /Row 3: hole is missing\. Fill it in, or leave the column out of inputs/],
    [{ lookback: 0 }, /lookback must be a whole number of at least 1/],
    [{ series: 'shops' }, /shops/],
    [{ gaps: 'fill' }, /gaps must be one of 'refuse', 'split'/],
    [{ valid_pct: 1 }, /valid_pct must be a number/],
    [{ lookback: undefined }, /needs time, y and lookback, but lookback is missing/],
    [{ look_back: 3 }, /lookback/],
  ])('%j is refused', async (given, message) => {
    const rows = days(12, day => ({ note: 'x', hole: day === 3 ? null : 1 }))
    const options = { time: 'day', y: 'sales', inputs: ['sales'], lookback: 3, bs: 2, ...given } as never
    await expect(SequenceDataBunch.from_df(rows, options)).rejects.toThrow(message)
  })
})

describe('rows to predict from', () => {
  const hours = (n: number, from = 0) =>
    Array.from({ length: n }, (_, i) => ({
      at: new Date(Date.UTC(2026, 2, 1, from + i)).toISOString(),
      load: from + i,
      plant: 'a',
    }))
  const make = () =>
    SequenceDataBunch.from_df(hours(20), { time: 'at', y: 'load', inputs: ['load'], series: 'plant', lookback: 3, bs: 4 })
  /** The loads that the model sees. */
  const seen = async (inputs: SequenceInputs, rows: readonly Row[]) => {
    const { xs } = await inputs.of(rows)
    const [mean, std] = [inputs.columns.means[0]!, inputs.columns.stds[0]!]
    const values = Array.from([xs].flat()[0]!.dataSync(), value => Math.round(value * std + mean))
    dispose(xs)
    return values
  }

  it('are the last ones by their times, whatever order they come in, in an export as well', async () => {
    const { inputs } = await make()
    const rows = hours(6, 20)
    const mixed = [3, 0, 5, 1, 4, 2].map(i => rows[i]!)
    for (const each of [inputs, SequenceInputs.restore(JSON.parse(JSON.stringify(inputs.state())))]) {
      expect(await seen(each, rows)).toEqual([23, 24, 25])
      expect(await seen(each, mixed)).toEqual([23, 24, 25])
      expect(
        await seen(
          each,
          mixed.map(({ at, load }) => ({ at: new Date(at), load })),
        ),
      ).toEqual([23, 24, 25])
      // Without times they stand as they come.
      expect(
        await seen(
          each,
          mixed.map(({ load }) => ({ load })),
        ),
      ).toEqual([21, 24, 22])
    }
    // What was exported before times were kept goes on as it was.
    const { order: _, ...before } = inputs.state()
    expect(await seen(SequenceInputs.restore(before), mixed)).toEqual([21, 24, 22])
  })

  it.each([
    ['of several series', [...hours(3), { ...hours(1, 3)[0]!, plant: 'b' }], /Rows 0 and 3 are of two series, plant 'a' and 'b'/],
    [
      'with a gap',
      [...hours(2), ...hours(2, 4)],
      /Rows 1 and 2 are 3 hours apart in at, and those of training 1 hour: the model sees 3 rows/,
    ],
    ['that are there twice', [...hours(3), ...hours(1, 2)], /Rows 2 and 3 have the same time/],
    ['without a time', [...hours(3), { ...hours(1, 3)[0]!, at: null }], /Row 3 has no at/],
    ['with times that are none', hours(3).map(row => ({ ...row, at: 'soon' })), /at holds 'soon', which is no time/],
    [
      'with times of another kind',
      hours(3).map((row, at) => ({ ...row, at })),
      /at holds 0, a number, and held dates in training/,
    ],
    ['too few', hours(2), /There are 2 rows, and the model sees the last 3/],
  ])('are refused where they are %s', async (_, rows, message) => {
    const { inputs } = await make()
    const before = memory().numTensors
    await expect(inputs.of(rows as Row[])).rejects.toThrow(message)
    expect(memory().numTensors).toBe(before)
  })

  it('a gap before those that are seen is nothing to them', async () => {
    expect(await seen((await make()).inputs, [...hours(2), ...hours(3, 10)])).toEqual([10, 11, 12])
  })

  it('its summary says what there is', async () => {
    expect(String(await (await make()).summary()).split('\n')).toEqual([
      'rows        20 of the table, from 2026-03-01 to 2026-03-01T19:00:00Z, 1 hour from one to the next',
      'series      1, by plant',
      'windows     13 to train on; 4 to validate on, which predict from 2026-03-01T16:00:00Z on',
      'input       3 rows of load',
      'target      load of the next row',
      'batch       xs float32 [4, 3, 1], ys float32 [4, 1]',
    ])
    const counted = Array.from({ length: 20 }, (_, t) => ({ t, y: t }))
    const data = await SequenceDataBunch.from_df(counted, { time: 't', y: 'y', lookback: 3, horizon: 2, bs: 4 })
    expect(String(await data.summary())).toMatch(
      /from 0 to 19, 1 from one to the next\nwindows .*\n.*\ntarget {6}y of the next 2 rows\n/,
    )
  })
})
