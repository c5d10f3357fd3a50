import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { wasm } from '../../embedded.js'
import { threadsInUse } from '../index.js'
import { startFastest, startWasm } from '../internal.js'
import { fastestOf, fastestThreads } from './trial.js'

describe('of the times of one, two and four threads', () => {
  it.each([
    [[8, 4.4, 3], 4, 4, 8 / 3],
    [[8, 4, 5], 2, 2, 2],
    // What is not much faster may be slower the next time.
    [[8, 7.5, 8], 1, 2, 8 / 7.5],
    [[8, 9, 30], 1, 2, 8 / 9],
    [[8, 30, 9], 1, 4, 8 / 9],
  ])('%j the fastest is chosen: %i, for the gain of %i', (medians, threads, tried, gain) => {
    // What comes once in a while does not decide.
    const times = medians.map(ms => [0.1, ms, 100, ms, ms])
    expect(fastestOf([1, 2, 4], times)).toEqual({ threads, tried, gain })
  })
})

it('a trial leaves nothing behind, and the backend with as many threads as it found', async () => {
  await startWasm({ threads: 3 })
  const backend = tf.backend() as BackendWasm
  expect([1, 2, 3]).toContain(fastestThreads(backend).threads)
  expect(backend.numDataIds()).toBe(0)
  const found = await startFastest()
  if (typeof found === 'object') expect(found.gain >= 1.2).toBe(threadsInUse() > 1)
  else expect(threadsInUse()).toBe(1)
  const sum = tf.tidy(() => tf.sum(tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]))).dataSync()[0])
  expect(sum).toBe(64 ** 3)
  const kept = tf.ones([2])
  const before = threadsInUse()
  // Memory is shared from its beginning or never: with tensors in it nothing is tried.
  expect(await wasm.start({ threads: 'auto' })).not.toContain('trial')
  expect(threadsInUse()).toBe(before)
  kept.dispose()
  await startWasm({ threads: 1 })
})
