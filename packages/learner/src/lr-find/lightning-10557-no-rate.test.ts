import { slice } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Learner } from '../learner.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

// A search that finds no rate used to hand on its default or nothing at all (Lightning-AI/pytorch-lightning#10557, #13845), and the
// training that followed ran at a rate that nobody had chosen.
const grouped = () => tinyLearner({ layer_groups: [2] })
const calls: Record<string, (learn: Learner, lr: never) => Promise<unknown>> = {
  'fit(1, lr)': (learn, lr) => learn.fit(1, lr),
  'fit(lr, 1)': (learn, lr) => learn.fit(lr, 1),
  'fit(1, lr, options)': (learn, lr) => learn.fit(1, lr, { wd: 0 }),
  'fit({ epochs, lr })': (learn, lr) => learn.fit({ epochs: 1, lr }),
  fit_one_cycle: (learn, lr) => learn.fit_one_cycle(1, lr),
  'fit_one_cycle with options': (learn, lr) => learn.fit_one_cycle(1, lr, { div_factor: 10 }),
  fit_flat_cos: (learn, lr) => learn.fit_flat_cos(1, lr),
  fit_sgdr: (learn, lr) => learn.fit_sgdr(1, 1, lr),
  fine_tune: (learn, lr) => learn.fine_tune(1, lr),
}
const absent: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['NaN', Number.NaN],
]
const made: [string, unknown][] = [
  ['slice(undefined)', slice(undefined as never)],
  ['slice(undefined, 1e-3)', slice(undefined as never, 1e-3)],
  ['slice(1e-3, undefined)', slice(1e-3, undefined as never)],
  ['slice(NaN, 1e-3)', slice(Number.NaN, 1e-3)],
  ['[undefined, 1e-3]', [undefined, 1e-3]],
  ['[1e-3, null]', [1e-3, null]],
]

describe.each(Object.entries(calls))('%s', (name, call) => {
  it.each(name === 'fine_tune' ? absent : [...absent, ...made])('refuses %s, and changes nothing', async (_, lr) => {
    const learn = grouped()
    learn.freeze_to(1)
    const before = [learn.opt.get('lr'), learn.trained.length]
    await expect(call(learn, lr as never)).rejects.toThrow(/^fi[a-z_]+ got the learning rate .* Give a rate/)
    expect([learn.opt.get('lr'), learn.trained.length]).toEqual(before)
    expect(learn.recorder.history.losses).toEqual([])
  })

  it('refuses what is no rate', async () => {
    for (const lr of [0, -1, '0.01', {}, Promise.resolve(1e-2), [], Number.POSITIVE_INFINITY])
      await expect(call(grouped(), lr as never)).rejects.toThrow(/got the learning rate .* (must be|but got)/)
  })
})

it('says where options go, and what a promise lacks', async () => {
  const learn = tinyLearner()
  await expect(learn.fit_one_cycle(1, { moms: [0.9, 0.8] } as never)).rejects.toThrow('Options come after the rate.')
  await expect(learn.fit(2, { lr: 1e-2 } as never)).rejects.toThrow('Give its lr alone')
  await expect(learn.fit_one_cycle(1, { lr: 1e-2, lrs: [1e-3], suggestions: { minimum: null } } as never)).rejects.toThrow(
    'Give its lr alone',
  )
  await expect(learn.fit_one_cycle(1, Promise.resolve(1e-2) as never)).rejects.toThrow('Was an await forgotten?')
  await expect(learn.fit(1e-2, 1, null as never)).rejects.toThrow('fit takes its options as an object')
})

it('takes the default only where the rate is left out altogether', async () => {
  const learn = grouped()
  expect((await learn.fit(1)).lrs).toEqual([3e-3, 3e-3])
  expect((await learn.fit({ epochs: 1 })).lrs).toEqual([3e-3, 3e-3])
  expect((await learn.fit_flat_cos(1)).lrs[0]).toBe(3e-3)
  expect((await learn.fit_sgdr(1, 2)).lrs[0]).toBe(3e-3)
  expect(Math.max(...(await learn.fit_one_cycle(10)).lrs)).toBe(3e-3)
  expect(Math.max(...(await learn.fine_tune(10)).lrs)).toBeCloseTo(1e-3, 8)
})
