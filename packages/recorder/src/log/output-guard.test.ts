import { Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Callback } from '@onecycle/callbacks'
import { outlive, writeTo } from '@onecycle/platform'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Recorder } from '../recorder.js'
import { FakeFit } from '../testing/fake-fit.js'
import { loadViews, ProgressBar } from './progress.js'
import type { ProgressStream } from './progress-stream.js'

// A FakeFit waits for nobody.
beforeAll(loadViews)

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code })

/** A stream that takes nothing. */
class Full extends Writable {
  readonly #code: string

  constructor(code: string) {
    super()
    this.#code = code
  }

  override _write(_chunk: unknown, _encoding: string, done: (error: Error) => void): void {
    setImmediate(() => done(failure(this.#code)))
  }
}

let said: string[]
beforeEach(() => {
  said = []
  vi.spyOn(process.stderr, 'write').mockImplementation(text => said.push(String(text)) > 0)
})
afterEach(() => vi.restoreAllMocks())

/** What a fit leaves in the history, with its progress on this stream; the errors of the stream have come by then. */
async function epochsOf(stream: ProgressStream, ...callbacks: Callback[]): Promise<number> {
  const recorder = new Recorder()
  new FakeFit([recorder, new ProgressBar({ stream }), ...callbacks], { epochs: 3 }).run()
  for (let i = 0; i < 5; i++) await nextTurn()
  return recorder.history.epochs.length
}

test.each(['EPIPE', 'ENOSPC'])(
  'a stream that answers %s does not end the fit; what is no closed pipe is said, once',
  async code => {
    expect(await epochsOf(new Full(code))).toBe(3)
    expect(said).toEqual(code === 'EPIPE' ? [] : [expect.stringMatching(/^onecycle: .* fails \(write ENOSPC\)\. .*\n$/)])
  },
)

test('nor does one that throws, one that rejects, one that is gone, or one that emits an error by itself', async () => {
  const throws = () => {
    throw failure('EBADF')
  }
  const gone = new Writable().destroy()
  const emits = new Writable({ write: (_chunk, _encoding, done) => done() })
  const emit: Callback = { after_epoch: () => void setImmediate(() => emits.emit('error', failure('EIO'))) }
  expect(await epochsOf({ write: throws })).toBe(3)
  expect(await epochsOf({ write: async () => throws() })).toBe(3)
  expect(await epochsOf(gone)).toBe(3)
  expect(await epochsOf(emits, emit)).toBe(3)
  expect(said).toHaveLength(3)
})

test('no bar is drawn on a stream that has more than it can take', async () => {
  const writes: string[] = []
  const stream = { write: (text: string) => writes.push(text), isTTY: true, columns: 80, writableNeedDrain: true }
  expect(await epochsOf(stream)).toBe(3)
  expect(writes).toHaveLength(4)
  expect(writes.join('')).not.toContain('\r')
})

test("the program's own listeners hear every error, and without one an error that is none of ours is thrown as ever", () => {
  const stream = new Full('EPIPE')
  const release = outlive(stream, stream)
  expect(() => stream.emit('error', failure('ENOSPC'))).not.toThrow()
  release()
  release()
  expect(() => stream.emit('error', failure('EPIPE'))).not.toThrow()
  expect(() => stream.emit('error', failure('ENOSPC'))).toThrow('ENOSPC')
  const heard = vi.fn()
  stream.on('error', heard)
  writeTo(stream, 'x')
  stream.emit('error', failure('ENOSPC'))
  expect(heard).toHaveBeenCalledTimes(1)
})

test('any number of writes and fits add one listener', () => {
  const stream = new Full('EPIPE')
  for (let i = 0; i < 20; i++) {
    outlive(stream)
    writeTo(stream, 'x')
  }
  expect(stream.listenerCount('error')).toBe(1)
})
