import { expect, it } from 'vitest'
import { float64 } from './float64.js'
import { nadam } from './index.js'
import { applyRule, initialState } from './rule.js'

// The first step by hand: m = 0.1 g, sqrt(v / (1 - 0.999)) = |g|, and the correction of m counts mu once or twice.
it.each([
  ['torch 1', 2],
  ['torch 2', 1],
] as const)('nadam by the convention of %s', (convention, times) => {
  const { rule } = nadam({ convention, lr: 0.1, eps: 0 })
  const parameter = Float64Array.of(1)
  const [mu, next] = [1, 2].map(step => 0.9 * (1 - 0.5 * 0.96 ** (step * 0.004))) as [number, number]
  const direction = 1 + (0.1 * next) / (1 - mu ** times * next)
  const state = initialState(float64, rule, parameter)
  const step = applyRule(float64, rule, state, { parameter, gradient: Float64Array.of(3), hyper: rule.hyper, decays: true })
  expect(step.parameter[0]).toBeCloseTo(1 - 0.1 * direction, 12)
})
