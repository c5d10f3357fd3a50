import type { Callback } from '@onecycle/callbacks'
import { slice } from '@onecycle/callbacks'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from './learner.js'
import { weightsOf } from './model/parameters.js'
import { points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** Body (dense, batch norm) and head, as two layer groups. */
function bodyAndHead(options: LearnerOptions = {}): Learner {
  const model = sequential({
    layers: [
      layers.dense({ units: 8, activation: 'relu', inputShape: [2] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dense({ units: 2, name: `head${Math.random()}` }),
    ],
  })
  return new Learner(points(), model, { progress: false, layer_groups: [2], ...options })
}

const snapshot = (learn: Learner) => new Map(weightsOf(learn.model).map(({ name, variable }) => [name, [...variable.dataSync()]]))

function changed(learn: Learner, before: Map<string, number[]>): string[] {
  return [...snapshot(learn)]
    .filter(([name, values]) => values.some((value, i) => value !== before.get(name)![i]))
    .map(([name]) => name)
}

describe('freeze', () => {
  it('trains the last group and, as in fastai, the normalization of the others', async () => {
    const learn = bodyAndHead()
    learn.freeze()
    const before = snapshot(learn)
    await learn.fit(1e-2, 2)
    expect(changed(learn, before)).toEqual(['1.gamma', '1.beta', '1.moving_mean', '1.moving_variance', '2.kernel', '2.bias'])
  })

  it('with train_bn false leaves the normalization of the others, its running statistics too', async () => {
    const learn = bodyAndHead({ train_bn: false })
    await learn.fit(1e-2, 2)
    learn.freeze()
    const before = snapshot(learn)
    await learn.fit(1e-2, 2)
    expect(changed(learn, before)).toEqual(['2.kernel', '2.bias'])
    learn.unfreeze()
    await learn.fit(1e-2, 1)
    expect(changed(learn, before)).toHaveLength(8)
  })

  it('keeps the optimizer’s memory of what is frozen', async () => {
    const learn = bodyAndHead()
    await learn.fit(1e-2, 2)
    const before = (await learn.opt.state()).parameters['0.kernel']!
    learn.freeze()
    await learn.fit(1e-2, 2)
    const after = (await learn.opt.state()).parameters
    expect(after['0.kernel']).toEqual(before)
    expect([after['0.kernel']!.steps, after['2.kernel']!.steps]).toEqual([4, 8])
  })

  it('refuses groups that are not there', () => {
    const learn = bodyAndHead()
    for (const n of [2, -3, 0.5, Number.NaN]) expect(() => learn.freeze_to(n)).toThrow(/there are 2 layer groups/)
    expect(() => new Learner(points(), learn.model, { progress: false }).freeze()).toThrow(
      /there is just one: make some with layer_groups/,
    )
  })
})

describe('layer groups', () => {
  it('train at their own rates, and each is recorded', async () => {
    const learn = bodyAndHead()
    const history = await learn.fit_one_cycle(2, slice(1e-4, 1e-2))
    const peak = [0, 1].map(group => Math.max(...history.lr_groups!.map(rates => rates[group]!)))
    expect(peak[0]).toBeCloseTo(1e-4, 12)
    expect(peak[1]).toBeCloseTo(1e-2, 12)
  })

  it('can be given by a function', async () => {
    const learn = bodyAndHead({
      layer_groups: parameters => [parameters.filter(p => p.kind !== 'weight'), parameters.filter(p => p.kind === 'weight')],
    })
    expect(learn.groups.map(group => group.map(({ name }) => name))).toEqual([
      ['0.bias', '1.gamma', '1.beta', '2.bias'],
      ['0.kernel', '2.kernel'],
    ])
  })

  it('refuses a division that is none', () => {
    for (const [layer_groups, message] of [
      [['tail'], /no layer 'tail'/],
      [[7], /no layer 7/],
      [[0], /layers after the first/],
      [[2, 1], /in the model's order/],
      [() => [[]], /hold 0 parameters, the model has 6/],
    ] as const) {
      expect(() => bodyAndHead({ layer_groups } as LearnerOptions)).toThrow(message)
    }
    expect(() =>
      new Learner(points(), bodyAndHead().model, { layer_groups: [1, 2], progress: false }).fit(slice(1e-3), 1),
    ).not.toThrow()
  })
})

describe('fine_tune', () => {
  it('trains the head, then everything', async () => {
    const learn = bodyAndHead()
    const trained: number[] = []
    const count: Callback<Learner> = {
      before_fit: l => void trained.push(l.trained.filter(({ kind }) => kind !== 'norm').length),
    }
    learn.bus.add(count)
    const history = await learn.fine_tune(3, 1e-2)
    expect(trained).toEqual([2, 4])
    expect(history.epochs).toHaveLength(3)
  })
})
