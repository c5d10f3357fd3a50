import { expect, it } from 'vitest'
import { show } from './show.js'

class Lamp {
  on = true
}
const ring: { self?: unknown } = {}
ring.self = ring

it.each([
  ['a', "'a'"],
  [1.5, '1.5'],
  [Number.NaN, 'NaN'],
  [undefined, 'undefined'],
  [null, 'null'],
  [3n, '3n'],
  [Symbol('s'), 'Symbol(s)'],
  [[1, ['b', undefined]], "[1, ['b', undefined]]"],
  [{}, '{}'],
  [{ a: 1, b: 'c', d: [1], e: {} }, "{ a: 1, b: 'c', d: [...], e: {...} }"],
  [ring, '{ self: {...} }'],
  [new Lamp(), 'a Lamp'],
  [Object.create(null), '{}'],
  [new Float32Array(3), 'a Float32Array'],
  [Promise.resolve(), 'a promise'],
  [{ dataId: {}, shape: [2, 3] }, 'a tensor of shape [2,3]'],
  [function named() {}, 'the function named'],
  [() => {}, 'a function'],
  ['x'.repeat(100), `'${'x'.repeat(56)}...`],
])('shows %o', (value, text) => {
  expect(show(value)).toBe(text)
})
