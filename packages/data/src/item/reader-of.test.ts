import { parallelism } from '@onecycle/platform'
import { expect, test } from 'vitest'
import type { ItemEncoder } from './item-encoder.js'
import { usualThreads } from './reader-of.js'

test('threads read many items that take long, where they have the encoder, and one is left to the steps', () => {
  const encoder = (rest: Partial<ItemEncoder>): ItemEncoder => ({
    load: item => item,
    encode: () => ({ xs: [], ys: [] }),
    ...rest,
  })
  const threads = usualThreads(encoder({ kind: 'sample', slow: true }), 1000)
  expect(threads).toBe(Math.min(4, Math.max(1, parallelism() - 1)))
  expect(usualThreads(encoder({ kind: 'sample', slow: true }), 999)).toBe(0)
  expect(usualThreads(encoder({ kind: 'sample' }), 1000)).toBe(0)
  expect(usualThreads(encoder({ slow: true }), 1000)).toBe(0)
})
