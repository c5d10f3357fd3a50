import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

it('who calls first works first, whatever is still to be loaded for it', async () => {
  const learn = tinyLearner()
  const other = new Learner(learn.data, learn.model, { progress: false })
  const calls = [learn.lr_find({ num_it: 2 }), learn.fit_one_cycle(1, 1e-2), other.fit_one_cycle(1, 1e-2)]
  const [search, second, shared] = await Promise.allSettled(calls)
  expect(search).toMatchObject({ status: 'fulfilled' })
  expect(second).toMatchObject({ reason: { message: expect.stringContaining('while lr_find is running on this Learner') } })
  expect(shared).toMatchObject({ reason: { message: expect.stringContaining('another Learner is training (lr_find') } })
})
