import { expect, expectTypeOf, test } from 'vitest'
import { typeError } from './errors.js'
import { type UseInstead, withAnswers } from './foreign-members.js'

class Loop {
  readonly #epochs: number
  constructor(epochs: number) {
    this.#epochs = epochs
  }
  get epochs() {
    return this.#epochs
  }
}

class Trainer extends withAnswers(Loop, { dls: 'data', n: 'epochs' }) {
  override readonly n = 3 as never
}

test('a name of another system is answered with what there is instead, read or set', () => {
  const trainer = new Trainer(2)
  expect(() => trainer.dls).toThrow(typeError('foreign-name', 'A Trainer has no dls. Here it is: data'))
  expect(() => {
    ;(trainer as { dls: unknown }).dls = 1
  }).toThrow('A Trainer has no dls. Here it is: data')
  expectTypeOf<Trainer['dls']>().toEqualTypeOf<UseInstead<'data'>>()
})

test('the rest of the class is as it was', () => {
  const trainer = new Trainer(2)
  expect(trainer).toBeInstanceOf(Loop)
  expect(trainer.epochs).toBe(2)
  expect(trainer.n).toBe(3)
  expect(Object.keys(trainer)).toEqual(['n'])
  expect(String(Object.entries(trainer))).toBe('n,3')
})
