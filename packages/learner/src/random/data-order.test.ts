import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const data = () => points({ train: 32 })
const learner = (seed: number | undefined, of = data()) => new Learner(of, mlp(), { progress: false, seed })
const losses = async (learn: Learner) => (await learn.fit(1e-2, 2)).losses

it('is that of each Learner’s seed, of however many that are made of the same data', async () => {
  const shared = data()
  const sweep = [5, 6, 5].map(seed => learner(seed, shared))
  const got = []
  for (const learn of sweep) got.push(await losses(learn))
  expect(got).toEqual([await losses(learner(5)), await losses(learner(6)), got[0]])
  expect(got[0]).not.toEqual(got[1])
})

it('goes on where it was when another Learner has worked, or has been loaded into', async () => {
  const shared = data()
  const [a, b] = [learner(5, shared), learner(6, shared)]
  const alone = learner(5)
  const expected = [await losses(alone), await losses(alone), await losses(alone)]
  const file = join(await temporaryFolder(), 'other')
  const got = [await losses(a)]
  await b.lr_find({ num_it: 3 })
  await losses(b)
  await b.save(file)
  got.push(await losses(a))
  await b.load(file)
  got.push(await losses(a))
  expect(got).toEqual(expected)
})

it('is in the file that is saved, whoever worked last', async () => {
  const shared = data()
  const [a, b, again] = [learner(5, shared), learner(6, shared), learner(1)]
  await losses(a)
  await losses(b)
  await again.load(await a.save(join(await temporaryFolder(), 'a')))
  expect(await losses(again)).toEqual(await losses(a))
})

it('goes on from where the data is without a seed, and where the person has put it', async () => {
  const shared = data()
  const first = learner(undefined, shared)
  const place = shared.train_dl.state()
  const one = await losses(first)
  shared.train_dl.restore(place)
  const second = learner(undefined, shared)
  expect(await losses(second)).toEqual(one)
  shared.train_dl.restore(place)
  expect(await losses(learner(undefined, shared))).toEqual(one)
})

it('leaves the passes whole of two that work at once', async () => {
  const shared = data()
  const [a, b] = [learner(5, shared), learner(6, shared)]
  for (const histories of [
    await Promise.all([a.fit(1e-2, 2), b.fit(1e-2, 2)]),
    await Promise.all([a.fit(1e-2, 1), b.fit(1e-2, 1)]),
  ])
    for (const { nb_batches } of histories) expect(new Set(nb_batches)).toEqual(new Set([8]))
})
