import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nearestName } from './nearest-name.js'

const known = ['bs', 'valid_bs', 'drop_last', 'classes', 'seed', 'x', 'valid_pct', 'targetShape', 'wd']

it.each([
  ['batch_size', 'bs'],
  ['batchSize', 'bs'],
  ['weight_decay', 'wd'],
  ['droplast', 'drop_last'],
  ['sede', 'seed'],
  ['dropLast', 'drop_last'],
  ['class', 'classes'],
  ['sed', 'seed'],
  ['validPct', 'valid_pct'],
  ['target_shape', 'targetShape'],
  ['X', 'x'],
  ['shuffle', undefined],
  ['y', undefined],
  ['', undefined],
])('%s was meant for %s', (name, meant) => {
  expect(nearestName(name, known)).toBe(meant)
})

it('knows nothing without names', () => {
  expect(nearestName('bs', [])).toBeUndefined()
})

it('finds a name of five letters or more again after any one change', () => {
  const names = known.filter(name => name.length > 4)
  const change = fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(),
    cut: fc.integer({ min: 0, max: 1 }),
    letter: fc.constantFrom('', 'q'),
  })
  fc.assert(
    fc.property(change, ({ name, at, cut, letter }) => {
      const i = at % name.length
      expect(nearestName(name.slice(0, i) + letter + name.slice(i + cut), known)).toBe(name)
    }),
  )
})
