import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { eachNumber, finiteNumber, positiveNumber, threadCount, wholeNumber } from './options.js'

describe('numbers of the command line', () => {
  test.each([
    [wholeNumber(1), '3', 3],
    [wholeNumber(0), '0', 0],
    [wholeNumber(1), '1e3', 1000],
    [threadCount, '2', 2],
    [threadCount, 'auto', 'auto'],
    [positiveNumber, '5e-2', 0.05],
    [finiteNumber, '-0.5', -0.5],
    [eachNumber, '0.95,0.85', [0.95, 0.85]],
  ])('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value)
  })

  test.each([
    [wholeNumber(1), '0'],
    [wholeNumber(1), '1.5'],
    [wholeNumber(0), '-1'],
    [wholeNumber(0), ''],
    [wholeNumber(0), '1e400'],
    [threadCount, '0'],
    [threadCount, 'all'],
    [positiveNumber, '0'],
    [positiveNumber, 'NaN'],
    [positiveNumber, 'Infinity'],
    [positiveNumber, ' '],
    [finiteNumber, 'fast'],
    [eachNumber, '0.95,'],
  ])('%o refuses %j', (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError)
  })

  test('several values add up', () => {
    expect(eachNumber('0.85', eachNumber('0.95'))).toEqual([0.95, 0.85])
  })
})
