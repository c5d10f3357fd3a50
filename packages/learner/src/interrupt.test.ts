import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import { onInterrupt } from './interrupt.js'

const listeners = () => process.listenerCount('SIGINT')
const before = listeners()
// Keeps the test runner alive, and stands for what else may listen.
const other = vi.fn()
process.on('SIGINT', other)
afterEach(() => {
  expect(listeners()).toBe(before + 1)
  expect(process.listeners('SIGINT')).toContain(other)
  other.mockClear()
})

it('stops once for a signal, and then no longer listens', () => {
  const stop = vi.fn()
  const release = onInterrupt(stop)
  expect(listeners()).toBe(before + 2)
  process.emit('SIGINT')
  expect(listeners()).toBe(before + 1)
  process.emit('SIGINT')
  expect(stop).toHaveBeenCalledTimes(1)
  expect(other).toHaveBeenCalledTimes(2)
  release()
})

it('stops once for an abort, and then no longer listens to either', () => {
  const stop = vi.fn()
  const controller = new AbortController()
  onInterrupt(stop, controller.signal)
  controller.abort()
  process.emit('SIGINT')
  expect(stop).toHaveBeenCalledTimes(1)
})

it('stops at once for what is aborted already', () => {
  const stop = vi.fn()
  const release = onInterrupt(stop, AbortSignal.abort())
  expect(stop).toHaveBeenCalledTimes(1)
  release()
})

it('does not stop when it has been released', () => {
  const stop = vi.fn()
  const controller = new AbortController()
  onInterrupt(stop, controller.signal)()
  controller.abort()
  process.emit('SIGINT')
  expect(stop).not.toHaveBeenCalled()
})

it('keeps two apart', () => {
  const [a, b] = [vi.fn(), vi.fn()]
  const [releaseA, releaseB] = [onInterrupt(a), onInterrupt(b)]
  releaseA()
  process.emit('SIGINT')
  expect([a, b].map(stop => stop.mock.calls.length)).toEqual([0, 1])
  releaseB()
})

it('lets a second Ctrl-C end the process', async () => {
  const program = `
    const onInterrupt = ${onInterrupt.toString()}
    onInterrupt(() => process.stdout.write('stopped'))
    setInterval(() => {}, 1000)
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  child.stdout.on('data', text => {
    said.push(String(text))
    child.kill('SIGINT')
  })
  const [, signal] = await once(child, 'exit')
  expect([said.join(' '), signal]).toEqual(['ready stopped', 'SIGINT'])
})
