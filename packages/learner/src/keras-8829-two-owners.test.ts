import { type Callback, CyclicLR, one_cycle, ParamScheduler, ReduceLROnPlateau, SchedCos, SchedNo } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it } from 'vitest'
import { LRFinder } from './lr-find/lr-finder.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const plateau = () => new ReduceLROnPlateau({ log: () => {} })
const cyclic = () => new CyclicLR({ base_lr: 1e-3, max_lr: 1e-2, step_size: 2 })
const own = (): Callback => ({ name: 'warm-up', sets: ['lr'], before_batch: learn => learn.opt.set('lr', 1e-3) })

describe('a callback that sets the rate', () => {
  const fits: [string, (callbacks: Callback[]) => Promise<unknown>][] = [
    ['fit_one_cycle', callbacks => tinyLearner().fit_one_cycle(1, 1e-2, { callbacks })],
    ['fit_flat_cos', callbacks => tinyLearner().fit_flat_cos(1, 1e-2, { callbacks })],
    ['fit_sgdr', callbacks => tinyLearner().fit_sgdr(1, 1, 1e-2, { callbacks })],
    ['cycle_len', callbacks => tinyLearner().fit(1e-2, 1, { cycle_len: 1, callbacks })],
    ['fine_tune', callbacks => tinyLearner({ layer_groups: [1] }).fine_tune(1, 1e-2, { callbacks })],
    ['a fit of the Learner that it was given to', callbacks => tinyLearner({ callbacks }).fit_one_cycle(1, 1e-2)],
    [
      'a ParamScheduler',
      callbacks => tinyLearner().fit(1e-2, 1, { callbacks: [new ParamScheduler({ lr: SchedNo(1) }), ...callbacks] }),
    ],
    ['lr_find', callbacks => tinyLearner().lr_find({ callbacks })],
    ['an LRFinder', callbacks => tinyLearner().fit(1e-2, 1, { callbacks: [new LRFinder(), ...callbacks] })],
  ]
  it.each(fits)('is refused beside %s', async (_, fit) => {
    for (const [name, make] of Object.entries({ ReduceLROnPlateau: plateau, CyclicLR: cyclic, 'warm-up': own }))
      await expect(fit([make()])).rejects.toThrow(new RegExp(`${name}.* both set lr in this fit, and each would undo.*Keep one`))
  })

  it('is refused beside another of its kind', async () => {
    const message = 'Two callbacks CyclicLR both set lr in this fit'
    await expect(tinyLearner().fit(1e-2, 1, { callbacks: [cyclic(), cyclic()] })).rejects.toThrow(message)
  })

  it('leaves nothing behind when it is refused', async () => {
    const learn = tinyLearner()
    await learn.fit(1e-3, 1)
    const [callbacks, lr, wd] = [learn.bus.callbacks.length, learn.opt.get('lr'), learn.opt.get('wd')]
    await expect(learn.fit_one_cycle(1, 1e-2, { callbacks: [plateau()], wd: 0.5 })).rejects.toThrow(
      'fit_one_cycle and ReduceLROnPlateau both set lr',
    )
    await expect(learn.fit(0.5, 1, { callbacks: [plateau(), cyclic()], wd: 0.5 })).rejects.toThrow('both set lr')
    expect([learn.bus.callbacks.length, learn.opt.get('lr'), learn.opt.get('wd')]).toEqual([callbacks, lr, wd])
    expect((await learn.fit(1e-3, 1)).lrs).toEqual([1e-3, 1e-3])
  })

  it('is welcome where nothing else sets it', async () => {
    const { lrs } = await tinyLearner().fit(1e-2, 3, { callbacks: [new ReduceLROnPlateau({ min_delta: 100, log: () => {} })] })
    for (const [i, lr] of [1e-2, 1e-2, 1e-2, 1e-2, 1e-3, 1e-3].entries()) expect(lrs[i]).toBeCloseTo(lr, 12)
    const other = new ParamScheduler({ wd: SchedCos(0.1, 0.01) })
    expect((await tinyLearner().fit(1e-2, 1, { callbacks: [cyclic(), other] })).lrs).toEqual([1e-3, expect.closeTo(5.5e-3, 12)])
    const off = Object.assign(own(), { run: false })
    expect((await tinyLearner().fit_one_cycle(1, 1e-2, { callbacks: [off] })).reason).toBe('completed')
  })

  it('ends a search that it disturbs without having said that it sets the rate', async () => {
    const { sets: _sets, ...silent } = own()
    const disturbed = tinyLearner({ callbacks: [{ ...silent, order: 70 }] }).lr_find({ num_it: 20 })
    await expect(disturbed).rejects.toThrow(
      /^lr_find set the learning rate 1e-7, but a callback made it 0.001: let it do nothing/,
    )
  })

  it('stays silent in lr_find where it was given to the Learner itself', async () => {
    const callbacks = [cyclic()]
    const search = await tinyLearner({ callbacks }).lr_find({ num_it: 20 })
    expect(search.lrs).toEqual((await tinyLearner().lr_find({ num_it: 20 })).lrs)
    const scheduled = tinyLearner({ callbacks: [new ParamScheduler(one_cycle({ lr_max: 1 }))] })
    expect((await scheduled.lr_find({ num_it: 20 })).lrs).toEqual(search.lrs)
    const declared = tinyLearner({ callbacks: [{ ...own(), order: 70 }] })
    expect((await declared.lr_find({ num_it: 20 })).lrs).toEqual(search.lrs)
    expect((await declared.fit(0.5, 1)).lrs).toEqual([1e-3, 1e-3])
  })
})
