import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { allOf } from './all-of.js'

test('of several that fail the first of the list is told, and what all give comes in order', async () => {
  const fail = async (after: number, name: string) => {
    await setTimeout(after)
    throw new Error(name)
  }
  await expect(allOf([Promise.resolve(), fail(20, 'slow'), fail(0, 'fast')])).rejects.toThrow('slow')
  expect(await allOf([setTimeout(20, 'a'), setTimeout(0, 'b')])).toEqual(['a', 'b'])
})
