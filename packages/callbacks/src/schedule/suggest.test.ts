import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimum, valley } from './index.js'
import { suggestFunctions, trim_curve } from './suggest.js'

const lrs = Array.from({ length: 40 }, (_, i) => 1e-7 * 10 ** (i / 5))
const dip = lrs.map((_, i) => 1 + ((i - 25) / 25) ** 2)

describe.each(Object.entries(suggestFunctions))('%s', (_, suggest) => {
  it('reads a rate of the curve, at a point of the curve', () => {
    const found = suggest(lrs, dip)!
    expect(lrs).toContain(lrs[found.index])
    expect(found.lr).toBeGreaterThan(0)
    expect(found.lr).toBeLessThanOrEqual(lrs.at(-1)!)
  })

  it('says nothing about an empty curve', () => {
    expect(suggest([], [])).toBeNull()
  })
})

it('finds each point of a parabola where its definition puts it', () => {
  const index = Object.fromEntries(Object.entries(suggestFunctions).map(([name, suggest]) => [name, suggest(lrs, dip)?.index]))
  // The curve falls from point 0 to point 25: 26 long, begun one point before the first.
  expect(index['valley']).toBe(-1 + 8 + 4)
  expect(index['minimum']).toBe(25)
  expect(index['steep']).toBe(0)
  expect(index['steepest_gradient']).toBe(0)
})

it('never suggests the last rate for a curve that only falls once at its beginning', () => {
  expect(valley([1e-6, 1e-5, 1e-4, 10], [1, 0.9, 5, 50])).toEqual({ lr: 1e-6, index: 0 })
})

it('trims the beginning, the end, and everything from the first NaN', () => {
  const losses = [...dip]
  losses[30] = Number.NaN
  expect(trim_curve(lrs, dip, 100)).toEqual({ lrs: lrs.slice(10, -5), losses: dip.slice(10, -5), offset: 10 })
  expect(trim_curve(lrs, losses, 100).lrs).toEqual(lrs.slice(10, 30))
})

/** fastai 2's own way: each value against all before it. */
function valleyIndex(losses: readonly number[]): number {
  const lengths = losses.map(() => 1)
  losses.forEach((loss, i) => {
    for (let j = 0; j < i; j++) if (loss < losses[j]!) lengths[i] = Math.max(lengths[i]!, lengths[j]! + 1)
  })
  const end = lengths.indexOf(Math.max(...lengths))
  const start = end === 0 ? 0 : end - lengths[end]!
  const section = (end - start) / 3
  return Math.max(0, start + Math.floor(section) + Math.floor(section / 2))
}

it('finds the valley that comparing all pairs finds', () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.float())
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), losses => {
      expect(valley(losses, losses)!.index).toBe(valleyIndex(losses))
    }),
  )
})

it('reads curves of any length', () => {
  const long = Array.from({ length: 300_000 }, (_, i) => 300_000 - i)
  expect(minimum(long, long)!.index).toBe(299_999)
  expect(valley(long, long)!.index).toBe(-1 + 100_000 + 50_000)
})
