import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from './random.js'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const draw = (random: Random, n: number) => Array.from({ length: n }, () => random.bits())

describe('Random', () => {
  test('gives the published outputs of xoshiro128** for the state 1, 2, 3, 4', () => {
    const random = new Random()
    random.restore([1, 2, 3, 4])
    expect(draw(random, 6)).toEqual([11520, 0, 5927040, 70819200, 2031721883, 1637235492])
  })

  test('equal seeds agree, different seeds do not', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        expect(draw(new Random(a), 4)).toEqual(draw(new Random(a), 4))
        if (a !== b) expect(draw(new Random(a), 4)).not.toEqual(draw(new Random(b), 4))
      }),
    )
  })

  test('a state that went through JSON brings back all that followed', () => {
    fc.assert(
      fc.property(seeds, fc.nat(20), (seed, before) => {
        const random = new Random(seed)
        draw(random, before)
        const state = JSON.parse(JSON.stringify(random.state()))
        const expected = [random.uniform(), random.normal(), random.int(10), ...random.permutation(5)]
        const other = new Random()
        other.restore(state)
        expect([other.uniform(), other.normal(), other.int(10), ...other.permutation(5)]).toEqual(expected)
      }),
    )
  })

  test('int stays below n, and uniform within its bounds', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const random = new Random(seed)
        const drawn = random.int(n)
        expect(Number.isInteger(drawn) && drawn >= 0 && drawn < n).toBe(true)
        const between = random.uniform(-3, 5)
        expect(between >= -3 && between < 5).toBe(true)
      }),
    )
  })

  test('shuffle keeps the elements', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer()), (seed, list) => {
        expect(new Random(seed).shuffle([...list]).sort()).toEqual([...list].sort())
      }),
    )
  })

  test('every order of three comes equally often', () => {
    const random = new Random(1)
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = random.permutation(3).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150) // 5 standard deviations
  })

  test('uniform and normal numbers have the right mean and deviation', () => {
    const random = new Random(2)
    const n = 20_000
    const moments = (next: () => number) => {
      const values = Array.from({ length: n }, next)
      const mean = values.reduce((sum, value) => sum + value, 0) / n
      return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)] as const
    }
    const [uniformMean, uniformStd] = moments(() => random.uniform())
    expect(uniformMean).toBeCloseTo(0.5, 1)
    expect(uniformStd).toBeCloseTo(Math.sqrt(1 / 12), 2)
    const [normalMean, normalStd] = moments(() => random.normal(3, 2))
    expect(Math.abs(normalMean - 3)).toBeLessThan(0.07)
    expect(Math.abs(normalStd - 2)).toBeLessThan(0.05)
  })

  test('forks differ by label and from their origin, which they leave as it was', () => {
    const random = new Random(3)
    const before = random.state()
    const [a, b] = [random.fork('dropout'), random.fork('shuffle')]
    expect(random.state()).toEqual(before)
    expect(draw(a, 4)).not.toEqual(draw(b, 4))
    expect(draw(random.fork('dropout'), 4)).not.toEqual(draw(new Random(3), 4))
    expect(draw(new Random(3).fork('dropout'), 4)).toEqual(draw(random.fork('dropout'), 4))
  })

  test.each([-1, 1.5, Number.NaN, 2 ** 32, '7'])('refuses the seed %s', seed => {
    expect(() => new Random(seed as number)).toThrow(/seed must be a whole number from 0 to 4294967295, but it is /)
  })

  test.each([[[0, 0, 0, 0]], [[1, 2, 3]], [[1, 2, 3, -4]], [null]])('refuses the state %j', state => {
    expect(() => new Random().restore(state as never)).toThrow(/not the state of a Random/)
  })

  test.each([0, -1, 2.5, Number.NaN])('refuses int(%s)', n => {
    expect(() => new Random().int(n)).toThrow(/n must be a whole number .*, but it is /)
  })
})
