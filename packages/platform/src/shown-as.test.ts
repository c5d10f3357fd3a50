import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { shownAs } from './shown-as.js'

test('an object is shown as a text, and is as it was', () => {
  const value = shownAs({ a: [1, 2] }, ({ a }) => `${a.length} numbers`)
  expect([inspect(value), inspect({ value })]).toEqual(['2 numbers', '{ value: 2 numbers }'])
  expect([JSON.stringify(value), Object.keys(value), inspect(structuredClone(value))]).toEqual(['{"a":[1,2]}', ['a'], '{ a: [ 1, 2 ] }']) // biome-ignore format: one line
  value.a.push(3)
  expect(inspect(shownAs(value, () => 'another'))).toBe('another')
})
