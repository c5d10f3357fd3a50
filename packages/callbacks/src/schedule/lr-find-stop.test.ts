import { expect, it } from 'vitest'
import { lr_find_stop } from './lr-find-stop.js'

const stoppedAt = (losses: readonly number[], form: 'fastai1' | 'fastai2' | 'fastai07') => {
  const stop = lr_find_stop({ form })
  return losses.findIndex(loss => stop(loss))
}

it.each(['fastai1', 'fastai2', 'fastai07'] as const)(
  'goes on while a loss below 0 falls, and stops where it has exploded: %s',
  form => {
    const falling = Array.from({ length: 20 }, (_, i) => -1 - i / 10)
    expect(stoppedAt(falling, form)).toBe(-1)
    expect(stoppedAt([...falling, -1, 0, 5.7, 5.9], form)).toBe(23)
    const above = falling.map(loss => loss + 4)
    expect(stoppedAt([...above, 4, 4.39, 4.41], form)).toBe(22)
  },
)
