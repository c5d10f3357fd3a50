import { expect, test } from 'vitest'
import { shortNames } from './names.js'

test('names that fit are left alone', () => {
  expect(shortNames(['adam', 'sgd'], 4)).toEqual(['adam', 'sgd'])
})

test('what is cut can still be told apart', () => {
  const middle = Array.from({ length: 10 }, (_, i) => `resnet34-imagenette-bs64-lr${i}-mixup-one_cycle-2024-11-30`)
  const end = Array.from({ length: 10 }, (_, i) => `a long name that goes on and on and on until it ends with ${i}`)
  for (const names of [middle, end])
    for (const most of [10, 16, 30]) {
      const short = shortNames(names, most)
      expect(new Set(short).size).toBe(10)
      expect(Math.max(...short.map(({ length }) => length))).toBeLessThanOrEqual(most)
    }
  expect(shortNames(middle, 12)[3]).toBe('…lr3…')
  expect(shortNames(end, 12)[3]).toBe('a long n…h 3')
})

test('where nothing else helps they are numbered', () => {
  const names = ['xaaaaaaaaaaaaaaaaay', 'xaaaaaaabaaaaaaaaay', 'xaaaaaacaaaaaaaaaay']
  expect(new Set(shortNames(names, 8)).size).toBe(3)
})

test('a name twice is one name', () => {
  expect(shortNames(['the same long name', 'the same long name'], 9)).toEqual(['the sa…me', 'the sa…me'])
})
