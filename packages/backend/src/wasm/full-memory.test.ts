import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { machineFor } from './compiled/machine.js'
import './index.js'

it('more than 4 GiB are refused, and not taken for what goes beyond them', async () => {
  await tf.setBackend('wasm')
  const backend = tf.backend() as BackendWasm
  expect(() => backend.makeOutput([2 ** 30 + 4], 'float32')).toThrow('is full: 4096 MiB more were asked for')
})

it('a small gap near the end of memory is not taken for a large one', async () => {
  await tf.setBackend('wasm')
  const backend = tf.backend() as BackendWasm
  const make = (size: number) => backend.makeOutput([size], 'float32')
  const held = [make(2 ** 28), make(2 ** 28), make(2 ** 28)]
  const gaps = Array.from({ length: 4 }, () => make(2000))
  const behind = make(2000)
  for (const { dataId } of gaps) backend.disposeData(dataId)
  expect(() => make(2 ** 28)).toThrow('The memory of the wasm backend is full')
  const filling = Array.from({ length: 4 }, () => make(2000))
  for (const { dataId } of [...held, ...filling, behind]) backend.disposeData(dataId)
})

it('kernels find their scratch memory again after more of it was asked for than there is', async () => {
  await tf.setBackend('wasm')
  const backend = tf.backend() as BackendWasm
  const machine = machineFor(backend)!
  machine.scratch(1000)
  expect(() => machine.scratch(2 ** 32)).toThrow('The memory of the wasm backend is full')
  const scratch = machine.scratch(1000)
  // Memory that had been freed would be given away again.
  const others = Array.from({ length: 20 }, () => backend.makeOutput([250], 'float32'))
  for (const other of others) expect(Math.abs(machine.address(other) - scratch)).toBeGreaterThanOrEqual(1000)
  for (const { dataId } of others) backend.disposeData(dataId)
  expect(() => machine.regions(2 ** 31, -(2 ** 30))).toThrow('A kernel needs more than 2 GiB')
})

it('a full memory is said to be full, and can be used again when some of it is free', async () => {
  await tf.setBackend('wasm')
  const backend = tf.backend() as BackendWasm
  // Nothing is written into them, so that the system gives no pages.
  const large = () => backend.makeOutput([2 ** 28], 'float32')
  const held = [large(), large(), large()]
  const before = backend.numDataIds()
  expect(large).toThrow('The memory of the wasm backend is full: 1024 MiB more were asked for, and WebAssembly has 4 GiB in all.')
  expect(backend.numDataIds()).toBe(before)
  const x = tf.tensor1d([1, -2, 3])
  expect([...tf.relu(x).dataSync()]).toEqual([1, 0, 3])
  backend.disposeData(held.pop()!.dataId)
  held.push(large())
  expect([...tf.relu(x).dataSync()]).toEqual([1, 0, 3])
  for (const { dataId } of held) backend.disposeData(dataId)
})
