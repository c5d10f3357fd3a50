import { describe, expect, it } from 'vitest'
import { checkKeys, checkOptions, kind } from './options.js'

interface Pace {
  every?: number
  loud?: boolean
  form?: 'slow' | 'fast'
  names?: string[]
  bs?: number
}
const kinds = {
  every: kind.number,
  loud: kind.boolean,
  form: kind.choice('slow', 'fast'),
  names: kind.listOf(kind.string),
  bs: kind.either(kind.number, kind.listOf(kind.number)),
}
const pace = (options: unknown) => () => checkOptions<Pace>('pace', options, kinds)

describe('checkOptions', () => {
  it('takes what fits, and what is undefined for left out', () => {
    pace({})()
    pace({ every: 3, loud: false, form: 'slow', names: ['a'], bs: [1, 2] })()
    pace({ every: undefined, bs: 4 })()
    pace(Object.create(null))()
  })

  it('takes an object of a class for options when it has none but these, and says what it got otherwise', () => {
    class Settings {
      every = 3
    }
    class Fast extends Settings {
      speed = 4
    }
    pace(new Settings())()
    expect(pace(new Fast())).toThrow('pace takes its options as an object, { every, loud, form, ... }, but got a Fast.')
  })

  it.each([
    [{ evry: 3 }, 'pace has no option evry. Did you mean every? Its options are: every, loud, form, names, bs.'],
    [{ batch_size: 3 }, 'pace has no option batch_size. Did you mean bs?'],
    [{ quiet: true }, 'pace has no option quiet. Its options are:'],
    [{ every: '3' }, "pace: every must be a number, but it is '3'."],
    [{ every: Number.NaN }, 'pace: every must be a number, but it is NaN.'],
    [{ every: null }, 'pace: every must be a number, but it is null.'],
    [{ loud: 'no' }, "pace: loud must be true or false, but it is 'no'."],
    [{ form: 'quick' }, "pace: form must be one of 'slow', 'fast', but it is 'quick'."],
    [{ names: 'a' }, "pace: names must be a list, each of it a string, but it is 'a'."],
    [{ names: ['a', 1] }, "but it is ['a', 1]."],
    [{ bs: {} }, 'pace: bs must be a number, or a list, each of it a number, but it is {}.'],
    [{ every: Promise.resolve(3) }, 'pace: every must be a number, but it is a promise. Was an await forgotten?'],
  ])('refuses %o', (options, message) => {
    expect(pace(options)).toThrow(message)
    expect(pace(options)).toThrow(TypeError)
  })

  it.each([
    [3, 'got 3'],
    [null, 'got null'],
    ['fast', "got 'fast'"],
    [[1], 'got [1]'],
    [Promise.resolve({}), 'got a promise. Was an await forgotten?'],
  ])('refuses %o in place of options', (options, shown) => {
    expect(pace(options)).toThrow(`pace takes its options as an object, { every, loud, form, ... }, but ${shown}`)
  })
})

it('checkKeys looks at the names alone', () => {
  checkKeys('pace', { every: 'week' }, ['every'])
  expect(() => checkKeys('pace', { betas: [0.9, 0.99] }, ['lr', 'mom', 'sqr_mom'])).toThrow('Did you mean mom and sqr_mom?')
})
