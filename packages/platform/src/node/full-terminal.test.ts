import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { beforeEach, expect, type MockInstance, onTestFinished, test, vi } from 'vitest'
import type { TerminalInput } from '../full-terminal.js'
import { takeTerminal } from './full-terminal.js'

const stream = Object.assign(new EventEmitter(), { isTTY: true, columns: 80, rows: 24, write: () => true })

/** Takes the terminal of this process, as far as it knows, and tells what happened. */
function taken(input?: TerminalInput) {
  const heard: string[] = []
  const hearer = {
    key: (key: string) => void heard.push(`key ${key}`),
    resized: () => {},
    written: () => {},
    leave: (forGood: boolean) => void heard.push(forGood ? 'left for good' : 'left'),
    back: () => {},
  }
  const terminal = takeTerminal(stream, hearer, input)!
  onTestFinished(() => terminal.release())
  return { heard, terminal }
}

let kill: MockInstance<typeof process.kill>
beforeEach(() => {
  vi.stubEnv('CI', '').stubEnv('TERM', 'xterm')
  const stdout = vi.spyOn(process, 'stdout', 'get').mockReturnValue(stream as never)
  kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  onTestFinished(() => {
    stdout.mockRestore()
    kill.mockRestore()
    vi.unstubAllEnvs()
  })
})

test('two views do not swallow a signal: each leaves for good, and the process ends by it', () => {
  const [a, b] = [taken(), taken()]
  process.emit('SIGHUP', 'SIGHUP')
  expect([a.heard, b.heard]).toEqual([['left for good'], ['left for good']])
  expect(kill).toHaveBeenCalledWith(process.pid, 'SIGHUP')
  expect(process.listenerCount('SIGHUP')).toBe(0)
})

test('a signal that somebody else hears is theirs', () => {
  const theirs = vi.fn()
  process.on('SIGHUP', theirs)
  onTestFinished(() => void process.off('SIGHUP', theirs))
  const { heard, terminal } = taken()
  process.emit('SIGHUP', 'SIGHUP')
  expect([heard, theirs.mock.calls.length, kill.mock.calls.length]).toEqual([[], 1, 0])
  terminal.release()
  expect(heard).toEqual(['left'])
})

test.each([
  { raw: true, flows: true },
  { raw: false, flows: false },
])('standard input is as it was afterwards: %o', ({ raw, flows }) => {
  const input = Object.assign(new PassThrough(), {
    isRaw: raw,
    setRawMode(is: boolean) {
      input.isRaw = is
    },
  })
  if (flows) input.resume()
  const { heard, terminal } = taken(input)
  expect([input.isRaw, input.readableFlowing]).toEqual([true, true])
  input.emit('data', 'p')
  terminal.release()
  expect([input.isRaw, input.readableFlowing, input.listenerCount('data')]).toEqual([raw, flows, 0])
  expect(heard).toEqual(['key p', 'left'])
})
