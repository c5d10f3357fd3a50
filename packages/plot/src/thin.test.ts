import { expect, test } from 'vitest'
import { thin, uncovered } from './thin.js'

const line = (ys: readonly number[]) => ys.map((y, x): [number, number] => [x, y])
const over = (n: number) => (x: number) => x / (n - 1)

test('few points are kept as they are', () => {
  const points = line([3, 1, Number.NaN, 2])
  expect(thin(points, 100, over(4), Number.isFinite)).toEqual(points)
})

test('each column keeps its ends and its extremes, so that every spike stands as high as it is', () => {
  const ys = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 999))
  Object.assign(ys, { 12345: 50, 12346: -40, 99998: 7 })
  const points = line(ys)
  const kept = thin(points, 500, over(ys.length), Number.isFinite)
  expect(kept.length).toBeLessThanOrEqual(2000)
  for (const i of [0, 12_345, 12_346, 99_998, 99_999]) expect(kept).toContainEqual(points[i])
  // In every column: what a drawing of all points reaches.
  for (let column = 0; column < 500; column++) {
    const inside = ([x]: readonly [number, number]) => Math.min(499, Math.floor(over(ys.length)(x) * 500)) === column
    const [all, some] = [points, kept].map(each => each.filter(inside).map(([, y]) => y)) as [number[], number[]]
    expect([Math.min(...some), Math.max(...some)]).toEqual([Math.min(...all), Math.max(...all)])
    if (column === 70) column = 440
  }
  expect(kept.map(([x]) => x)).toEqual(kept.map(([x]) => x).toSorted((a, b) => a - b))
})

test('gaps stay gaps, and what is infinite is no peak', () => {
  const ys = Array.from({ length: 10_000 }, () => 1)
  Object.assign(ys, { 0: Number.POSITIVE_INFINITY, 1: 9, 5005: Number.NaN, 9999: Number.NEGATIVE_INFINITY })
  const kept = thin(line(ys), 10, over(ys.length), Number.isFinite)
  for (const x of [0, 1, 5_005, 9_999]) expect(kept.map(([x]) => x)).toContain(x)
})

test('of what lies beyond the ends one point is kept on either side', () => {
  const points = line(Array.from({ length: 1000 }, (_, i) => (i < 400 || i > 600 ? 1000 : i)))
  const kept = thin(points, 1000, x => (x - 450) / 100, Number.isFinite)
  expect([kept[0], kept[1], kept.at(-2), kept.at(-1)]).toEqual([points[449], points[450], points[550], points[551]])
})

test('of dots those that others cover are left out', () => {
  const points: [number, number][] = [
    [0, 0],
    [0.001, 0.001],
    [0.5, 0.5],
    [Number.NaN, 1],
    [1, 1],
  ]
  const same = (value: number) => value
  expect(uncovered(points, 100, 100, same, same)).toEqual([points[0], points[2], points[4]])
})

test('dots beyond the ends take no place of one that is seen', () => {
  const beyond: [number, number][] = [[-0.002, 1.5], [0.5, -0.1], [1.002, 0.5], [0.5, 1.01]] // biome-ignore format: short
  const seen: [number, number][] = [[0, 0.497], [1 + 1e-12, 1], [0.5, -1e-12]] // biome-ignore format: short
  const same = (value: number) => value
  expect(uncovered([...beyond, ...seen], 600, 340, same, same)).toEqual(seen)
})
