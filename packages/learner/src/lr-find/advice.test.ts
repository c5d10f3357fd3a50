import { expect, it } from 'vitest'
import { adviceOf } from './advice.js'

const at = (lr: number) => ({ lr, loss: 1 })

it('says which to take and why, and how the others lie to it', () => {
  const suggestions = { valley: at(0.005248), slide: at(0.06), minimum: null, steep: at(0.005), steepest_gradient: at(0.001) }
  expect(adviceOf(suggestions, 'valley')).toBe(
    'Take 0.0052 (valley), half way down the longest fall of the loss. Much the same: steep 0.005. ' +
      'Higher, faster and less safe: slide 0.06. Lower, slower and safer: steepest_gradient 0.001.',
  )
  expect(adviceOf({ steep: at(0.1) }, 'steep')).toBe(
    'Take 0.1 (steep), where the loss falls fastest for each factor of the rate.',
  )
})

it('says nothing where there is none', () => {
  expect(adviceOf({ valley: null, slide: at(1) }, 'valley')).toBeUndefined()
})
