// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from './learner.js'

beforeAll(() => tf.setBackend('wasm'))

/** A little of everything that trains: convolution, batch norm, pooling, dense. */
function tinyCnn() {
  const seeded = (seed: number) => ({ kernelInitializer: initializers.heNormal({ seed }) })
  return sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [8, 8, 1], ...seeded(1) }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 2, ...seeded(2) }),
    ],
  })
}

interface Heap {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

const heap = () => (tf.backend() as unknown as { wasm: Heap }).wasm

/** Where on the heap another megabyte would begin: what is lost below it shows before the heap has to grow. */
function free(): number {
  const address = heap()._malloc(2 ** 20)
  heap()._free(address)
  return address
}

/** Tensors and their bytes, data on the backend, and the heap, which never shrinks. */
function held() {
  const { numTensors, numBytes } = tf.memory()
  return { numTensors, numBytes, numDataIds: tf.engine().backend.numDataIds(), heap: heap().HEAPU8.length }
}

it('10,000 steps leave no tensor behind and do not grow the heap', async () => {
  const random = new Random(1)
  const x = Float32Array.from({ length: 20 * 64 }, () => random.normal())
  const y = Int32Array.from({ length: 20 }, (_, i) => i % 2)
  const learn = new Learner(DataBunch.from_arrays({ x, y, shape: [8, 8, 1], bs: 2 }), tinyCnn(), { progress: false })
  await learn.fit(1e-3, 1)

  const before = held()
  const at: Record<number, ReturnType<typeof held> & { free: number }> = {}
  const watch: Callback = {
    after_step({ train_iter }) {
      if (train_iter === 500 || train_iter === 9_999) at[train_iter] = { ...held(), free: free() }
    },
  }
  await learn.fit(1e-3, 1_000, { callbacks: [watch] })
  expect(learn.train_iter).toBe(10_000)
  const [early, late] = [at[500]!, at[9_999]!]
  expect({ ...late, free: early.free }).toEqual(early)
  expect(late.free - early.free).toBeLessThan(1024)
  expect(held()).toEqual(before)
})
