import { expect, it } from 'vitest'
import { faults } from './index.js'

it('nothing is lost or left behind, whatever fails in a training or in the folder of its checkpoints', async () => {
  const outcomes = []
  for await (const outcome of faults()) outcomes.push(outcome)
  expect(outcomes.filter(({ lost }) => lost.length > 0)).toEqual([])
  const ofFit = outcomes.filter(({ fault }) => /^a callback throws .* of fit$/.test(fault))
  expect(ofFit).toHaveLength(24)
  for (const { fault, outcome } of ofFit) expect(outcome, fault).toMatch(/^(rejects|is not made): planted$/)
}, 240_000)
