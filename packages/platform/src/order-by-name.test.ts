import { expect, it } from 'vitest'
import { orderByName } from './order-by-name.js'

const order = (given: string[], expected: string[]) =>
  orderByName('inputs', { who: 'the data', names: given }, { who: 'the model', names: expected })

it('says where each name stands', () => {
  expect(order(['b', 'a'], ['a', 'b'])).toEqual([1, 0])
  expect(order(['price', 'age', 'city'], ['city', 'price', 'age'])).toEqual([2, 0, 1])
  expect(order([], [])).toEqual([])
})

it.each([
  [
    ['b', 'x'],
    ['a', 'b'],
    "By name, the data has the inputs b, x, but the model has a, b: 'x' is none of them, and 'a' is missing. Use those names, or none.",
  ],
  [
    ['a'],
    ['a', 'b', 'c'],
    "By name, the data has the inputs a, but the model has a, b, c: 'b', 'c' are missing. Use those names, or none.",
  ],
  [['imag', 'b'], ['image', 'b'], /'imag' is none of them \(did you mean image\?\), and 'image' is missing\. Use/],
  [['a', 'b', '__proto__'], ['a', 'b'], /'__proto__' is none of them\. Use/],
])('refuses %j for %j', (given, expected, message) => {
  expect(() => order(given, expected)).toThrow(message)
})
