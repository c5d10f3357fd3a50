import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { DONE, MAILBOX_BYTES, mailbox, POSTED, waitFor } from './mailbox.js'

const signals = () => mailbox(new SharedArrayBuffer(MAILBOX_BYTES)).signals

it('waits for a change, however often it is woken without one', async () => {
  const shared = signals()
  const program = `
    const { parentPort, workerData: { shared, place, count } } = require('node:worker_threads')
    parentPort.postMessage('ready')
    const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    for (let i = 0; i < count; i++) {
      pause()
      Atomics.notify(shared, place)
    }
    Atomics.store(shared, place, 7)
    Atomics.notify(shared, place)`
  const worker = new Worker(program, { eval: true, workerData: { shared, place: DONE, count: 20 } })
  await once(worker, 'message')
  expect(waitFor(shared, DONE, 0, 20_000)).toBe(true)
  expect(Atomics.load(shared, DONE)).toBe(7)
  await worker.terminate()
})

it('sees at once what has changed already, and gives up after the limit', () => {
  const shared = signals()
  Atomics.store(shared, POSTED, 1)
  expect(waitFor(shared, POSTED, 0, 0)).toBe(true)
  const began = performance.now()
  expect(waitFor(shared, POSTED, 1, 30)).toBe(false)
  expect(performance.now() - began).toBeGreaterThan(25)
})
