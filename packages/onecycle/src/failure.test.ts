import { InterruptedError } from '@onecycle/learner'
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
  expect(fail(new RangeError('lr is -1.\n  Give a positive one.'), false)).toBe(1)
  expect(told).toEqual(['error: lr is -1. Give a positive one.', expect.stringContaining('--debug')])
})

test('with debug the calls are shown, and those of the cause', () => {
  const error = new Error('It does not start.', { cause: new Error('No driver.') })
  expect(fail(error, true)).toBe(1)
  expect(told[0]).toBe('error: It does not start.')
  expect(told[1]).toMatch(/^ {4}at [\s\S]*\ncaused by No driver\.\n {4}at /)
})

test('what the command line says wrong gives 2', () => {
  expect(fail(new UsageError('job-data', 'There is no data.'), false)).toBe(2)
})

test('what is thrown need not be an Error', () => {
  expect(fail('no room', false)).toBe(1)
  expect(told[0]).toBe('error: no room')
})

test.each([
  ['SIGINT', 130, 'Ctrl-C'],
  ['SIGTERM', 143, 'SIGTERM'],
] as const)('%s gives %i', (signal, code, name) => {
  expect(fail(new InterruptedError(signal, 'fit, after batch 2 of 3'), false)).toBe(code)
  expect(told).toEqual([`Interrupted by ${name}: fit, after batch 2 of 3.`])
})

test('oneLine joins lines', () => {
  expect(oneLine(' a\n\n b\n')).toBe('a b')
})
