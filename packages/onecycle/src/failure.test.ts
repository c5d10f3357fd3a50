import { InterruptedError } from '@onecycle/learner'
import { rangeError } from '@onecycle/platform'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fail, oneLine } from './failure.js'
import { UsageError } from './usage-error.js'

let told: string[]
beforeEach(() => {
  told = []
  vi.spyOn(console, 'error').mockImplementation(text => void told.push(String(text)))
})
afterEach(() => vi.restoreAllMocks())

test('a failure is told in one line with a hint', () => {
  expect(fail(new RangeError('lr is -1.\n  Give a positive one.'))).toBe(1)
  expect(told).toEqual(['error: lr is -1. Give a positive one.', expect.stringMatching(/^Run it with --debug/)])
})

test('with debug the calls are shown, and those of the cause', () => {
  const error = new Error('It does not start.', { cause: new Error('No driver.') })
  expect(fail(error, { debug: true })).toBe(1)
  expect(told[0]).toBe('error: It does not start.')
  expect(told[1]).toMatch(/^ {4}at [\s\S]*\ncaused by No driver\.\n {4}at /)
})

test('what the command line says wrong gives 2', () => {
  expect(fail(new UsageError('job-data', 'There is no data.'))).toBe(2)
})

test('a code is named, and how to ask what it means', () => {
  expect(fail(rangeError('not-a-count', 'bs must be a whole number.'))).toBe(1)
  expect(told[1]).toMatch(/onecycle explain not-a-count\n.*--debug/)
  fail(Object.assign(new Error('no'), { code: 'ERR_INVALID_ARG_TYPE' }))
  expect(told[3]).toMatch(/^Run it with --debug/)
})

test('as JSON it is a line with the code', () => {
  expect(fail(new UsageError('job-data', 'There is no\n data.'), { json: true })).toBe(2)
  expect(fail('no room', { json: true })).toBe(1)
  expect(fail(new InterruptedError('SIGINT', 'fit'), { json: true })).toBe(130)
  expect(fail(new Error('no'), { json: true, debug: true })).toBe(1)
  expect(told.map(line => JSON.parse(line))).toEqual([
    { error: { name: 'UsageError', code: 'job-data', message: 'There is no\n data.' } },
    { error: { message: 'no room' } },
    { error: { name: 'InterruptedError', code: 'interrupted', message: 'Interrupted by Ctrl-C: fit.' } },
    { error: { name: 'Error', message: 'no', stack: expect.stringMatching(/^ {4}at /) } },
  ])
})

test('what is thrown need not be an Error', () => {
  expect(fail('no room')).toBe(1)
  expect(told[0]).toBe('error: no room')
})

test.each([
  ['SIGINT', 130, 'Ctrl-C'],
  ['SIGTERM', 143, 'SIGTERM'],
] as const)('%s gives %i', (signal, code, name) => {
  expect(fail(new InterruptedError(signal, 'fit, after batch 2 of 3'))).toBe(code)
  expect(told).toEqual([`Interrupted by ${name}: fit, after batch 2 of 3.`])
})

test('oneLine joins lines', () => {
  expect(oneLine(' a\n\n b\n')).toBe('a b')
})
