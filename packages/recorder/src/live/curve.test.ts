import { expect, test } from 'vitest'
import { Curve } from './curve.js'

test('a curve keeps every spike and gap of any number of points, in bounded room', () => {
  const curve = new Curve()
  const spikes = new Map([
    [3, 9],
    [77_777, -5],
    [150_001, 7],
  ])
  for (let x = 1; x <= 200_000; x++) curve.add(x, x === 99_999 ? Number.NaN : (spikes.get(x) ?? 1 / x))
  const { points } = curve
  expect(points.length).toBeLessThan(2600)
  expect(points.filter(([, y]) => y < 0 || y > 1)).toEqual([...spikes])
  expect(points.filter(([, y]) => Number.isNaN(y)).map(([x]) => x)).toEqual([99_999])
  expect([points[0], points.at(-1)]).toEqual([
    [1, 1],
    [200_000, 1 / 200_000],
  ])
  // Ascending, and early parts as dense as late ones.
  expect(points.every(([x], i) => i === 0 || x > points[i - 1]![0])).toBe(true)
  const half = points.filter(([x]) => x <= 100_000).length
  expect(half / points.length).toBeCloseTo(0.5, 1)
})

test('a curve goes on from its state, which survives JSON, and is cut', () => {
  const curve = new Curve()
  for (let x = 1; x <= 3000; x++) curve.add(x, x % 100 === 0 ? Number.POSITIVE_INFINITY : x)
  const again = Curve.from(JSON.parse(JSON.stringify(curve.state())))
  for (const each of [curve, again]) for (let x = 3001; x <= 3100; x++) each.add(x, x)
  expect(again.points.map(([x]) => x)).toEqual(curve.points.map(([x]) => x))
  curve.cut(1500)
  expect(curve.points.at(-1)![0]).toBeLessThanOrEqual(1500)
  expect(curve.points.at(-1)![0]).toBeGreaterThan(1480)
  curve.add(1501, 4)
  expect(curve.last).toBe(4)
})
