import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { codeOf, plainError, rangeError, typeError, withCode } from './errors.js'

const makers = [
  [typeError, TypeError],
  [rangeError, RangeError],
  [plainError, Error],
] as const

test.each(makers)('%o makes an error that its stack tells with its code', (make, kind) => {
  const cause = new Error('why')
  const error = make('not-enough', 'There is not enough.', { cause })
  expect(error).toBeInstanceOf(kind)
  expect({ ...error }).toEqual({ code: 'not-enough' })
  expect([error.name, error.message, error.cause]).toEqual([kind.name, 'There is not enough.', cause])
  expect(String(error)).toBe(`${kind.name}: There is not enough.`)
  const [first, second] = error.stack!.split('\n')
  expect(first).toBe(`${kind.name} [not-enough]: There is not enough.`)
  expect(second).toContain('errors.test.ts')
  expect(inspect(error)).toMatch(/\[not-enough\][\s\S]*code: 'not-enough'/)
  expect(Object.getOwnPropertyDescriptor(error, 'stack')?.enumerable).toBe(false)
  expect(structuredClone(error)).toMatchObject({ name: kind.name, message: error.message })
})

class Stopped extends Error {
  override readonly name = 'Stopped'

  constructor() {
    super('No more.')
    withCode(this, 'stopped', Stopped)
  }
}

test('a class of its own keeps its name, and its stack begins where it was made', () => {
  const stopped = new Stopped()
  expect(stopped.name).toBe('Stopped')
  expect(stopped.stack).toMatch(/^Stopped \[stopped\]: No more\.\n[^\n]*errors\.test\.ts/)
})

test('without captureStackTrace there is the code', () => {
  const { captureStackTrace } = Error
  Object.assign(Error, { captureStackTrace: undefined })
  try {
    const error = typeError('not-enough', 'There is not enough.')
    expect([error.code, error.name]).toEqual(['not-enough', 'TypeError'])
    expect(Object.hasOwn(error, 'name')).toBe(false)
  } finally {
    Error.captureStackTrace = captureStackTrace
  }
})

test('where no stacks are kept there is the code', () => {
  const { stackTraceLimit } = Error
  Object.assign(Error, { stackTraceLimit: undefined })
  try {
    expect(typeError('not-enough', 'There is not enough.')).toMatchObject({ code: 'not-enough', message: 'There is not enough.' })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
})

test('who tells of an error takes its code, where it is one of ours or of the file system', () => {
  expect(codeOf(typeError('not-enough', ''), 'other')).toBe('not-enough')
  expect(codeOf(Object.assign(new Error(), { code: 'ENOENT' }), 'other')).toBe('ENOENT')
  for (const code of ['ERR_INVALID_ARG_TYPE', 'Z_DATA_ERROR', 'commander.unknownOption', 22, undefined])
    expect(codeOf(Object.assign(new Error(), { code }), 'other')).toBe('other')
  for (const thrown of [undefined, null, 'text', new Error()]) expect(codeOf(thrown, 'other')).toBe('other')
})
