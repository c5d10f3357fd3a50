import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SmoothenValue } from './smoothing.js'

const traces = [
  'fastai_v1_smooth_decay_30',
  'fastai_v1_smooth_spike_12',
  'fastai_v2_smooth_decay_30',
  'fastai_v2_smooth_spike_12',
  'fastai_07_smooth_decay_24',
]

test.each(traces)('%s is reproduced within float32 rounding', name => {
  const trace = JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
  const smoother = new SmoothenValue(trace.params.beta)
  const smooth = trace.losses.map((loss: number) => smoother.add(loss))
  expect(smooth).toHaveLength(trace.smooth.length)
  smooth.forEach((value: number, i: number) => {
    expect(Math.abs(value - trace.smooth[i]) / trace.smooth[i]).toBeLessThan(5e-6)
  })
})

test('another beta is reproduced in double precision', () => {
  const trace = JSON.parse(readFileSync(new URL('../fixtures/fastai_v1_smooth_decay_30.json', import.meta.url), 'utf8'))
  const smoother = new SmoothenValue(0.9)
  trace.losses.forEach((loss: number, i: number) => {
    expect(smoother.add(loss)).toBeCloseTo(trace.smooth_double_beta09[i], 12)
  })
})

test('the first smoothed value is the first value, and every one lies between the extremes', () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 0.999, noNaN: true }), (xs, beta) => {
      const smoother = new SmoothenValue(beta)
      expect(smoother.add(xs[0]!)).toBeCloseTo(xs[0]!, 6)
      for (const x of xs.slice(1)) smoother.add(x)
      expect(smoother.value).toBeGreaterThanOrEqual(Math.min(...xs) - 1e-6)
      expect(smoother.value).toBeLessThanOrEqual(Math.max(...xs) + 1e-6)
    }),
  )
})

test('there is no value before the first, and none after a NaN', () => {
  const smoother = new SmoothenValue()
  expect(smoother.value).toBeNaN()
  smoother.add(1)
  smoother.add(Number.NaN)
  expect(smoother.add(1)).toBeNaN()
})

test.each([1, -0.1, Number.NaN])('a beta of %s is refused', beta => {
  expect(() => new SmoothenValue(beta)).toThrow(/beta is .* less than 1/)
})
