import { beforeAll, expect, test } from 'vitest'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { adam } from './adam.js'
import { foreignNames } from './foreign-names.js'

beforeAll(useCpu)

test.each(Object.entries(foreignNames))('learn.opt.%s is answered with %s, read or set', (name, here) => {
  const opt = tinyLearner({ optimizer: adam() }).opt as unknown as Record<string, unknown>
  const answer = `A RuleOptimizer has no ${name}. Here it is: ${here}`
  expect(() => opt[name]).toThrow(answer)
  expect(() => {
    opt[name] = 0.1
  }).toThrow(answer)
})
