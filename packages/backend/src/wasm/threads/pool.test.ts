import { Worker } from 'node:worker_threads'
import { afterEach, expect, it, vi } from 'vitest'
import { loadCompiledModule, loadSharedModule } from '../compiled/module.js'
import { type Pool, startPool } from './pool.js'

const memory = () => new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true })
const nothing = () => undefined

let pool: Pool | undefined
afterEach(() => {
  pool?.stop()
  vi.restoreAllMocks()
})

it('carries calls out on the memory of the program, while the program does its own part', async () => {
  const shared = memory()
  pool = await startPool(await loadSharedModule(), shared, 3)
  const numbers = new Float32Array(shared.buffer, 0, 3000)
  for (let round = 1; round <= 200; round++) {
    numbers.fill(0)
    numbers.set([-round, round], 998)
    let own = 0
    const calls = [1, 2].map(part => ['relu', 4 * 998, 4000 * part, 2] as const)
    pool.run(calls, () => own++)
    expect([own, ...numbers.subarray(1000, 1003), ...numbers.subarray(2000, 2003)]).toEqual([1, 0, round, 0, 0, round, 0])
  }
})

it('serves fewer calls than it has workers, and workers that fell asleep', async () => {
  const shared = memory()
  pool = await startPool(await loadSharedModule(), shared, 4)
  const numbers = new Float32Array(shared.buffer, 0, 4)
  numbers[0] = 5
  await new Promise(resolve => setTimeout(resolve, 20))
  pool.run([['relu', 0, 8, 1]], nothing)
  expect([...numbers]).toEqual([5, 0, 5, 0])
})

it('says which thread failed and why, and then refuses to go on', async () => {
  pool = await startPool(await loadSharedModule(), memory(), 3)
  const [fine, outside] = [
    ['relu', 0, 64, 4],
    ['relu', 0, 1 << 30, 4],
  ] as const
  const reason =
    /^The threads of the wasm backend cannot go on: thread 3 of 3 failed: RuntimeError: memory access out of bounds\. Start the program again\.$/
  expect(() => pool!.run([fine, outside], nothing)).toThrow(reason)
  expect(() => pool!.run([fine, fine], nothing)).toThrow(reason)
})

it('waits for the workers when its own part fails, and can go on', async () => {
  pool = await startPool(await loadSharedModule(), memory(), 2)
  const own = () => {
    throw new Error('mine')
  }
  expect(() => pool!.run([['relu', 0, 64, 4]], own)).toThrow('mine')
  expect(() => pool!.run([['relu', 0, 64, 4]], nothing)).not.toThrow()
})

it('gives a worker up that does not answer', async () => {
  pool = await startPool(await loadSharedModule(), memory(), 2, 1000)
  // Billions of empty sums.
  const endless = ['sum', 0, 2 ** 31 - 1, 0, 0, 64, 1, 64] as const
  expect(() => pool!.run([endless], nothing)).toThrow(
    'cannot go on: thread 2 of 2 has not answered for 1 s. Start the program again.',
  )
})

it('says why a worker does not start, and when one has ended', async () => {
  await expect(startPool(loadCompiledModule()!.module, memory(), 2)).rejects.toThrow(
    /^The threads of the wasm backend do not start: .*shared/,
  )
  const terminate = vi.spyOn(Worker.prototype, 'terminate')
  pool = await startPool(await loadSharedModule(), memory(), 3)
  pool.stop()
  expect(terminate).toHaveBeenCalledTimes(2)
  expect(() => pool!.run([['relu', 0, 64, 4]], nothing)).toThrow('cannot go on: they have been stopped. Start the program again.')
})
