import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import * as optimizers from './index.js'
import type { OptimizerFactory } from './optimizer.js'

beforeAll(useCpu)

const { adam, adamw, lookahead, ranger, rmsprop, sgd } = optimizers
const ruleOf = (optimizer: unknown) => tinyLearner({ optimizer: optimizer as OptimizerFactory }).opt.rule

describe('an optimizer (keras-metrics 3)', () => {
  it.each([
    ['adam', 'adam'],
    ['Adam', 'adam'],
    ['sgd', 'sgd'],
    ['momentum', 'sgd momentum'],
    ['rmsprop', 'rmsprop'],
    ['RMSprop', 'rmsprop'],
    ['ranger', 'lookahead radam'],
  ])('may be the name %s', (name, rule) => {
    expect(ruleOf(name)).toBe(rule)
  })

  it('may be the function that makes one, not called', async () => {
    const learn = tinyLearner({ optimizer: adamw as never })
    expect(learn.opt.get('eps')).toEqual([1e-8])
    await learn.fit(1e-2, 1)
    expect(ruleOf(({ mom = 0.8 } = {}) => adam({ mom }))).toBe('adam')
  })

  it.each([
    ['adaam', "The option optimizer is 'adaam'. Did you mean 'adam'? The names are adam, adamw, sgd,"],
    ['adadelta', "The option optimizer is 'adadelta', which is TensorFlow.js's own: pass tf.train.adadelta(1e-3)."],
    [tf.train.adam, 'The option optimizer is tf.train.adam, which makes one. Call it: tf.train.adam(1e-3).'],
    [{ lr: 1e-2 }, 'The option optimizer is { lr: 0.01 }. It takes an optimizer such as adam('],
    [0.1, 'The option optimizer is 0.1.'],
    [null, 'The option optimizer is null.'],
    [() => undefined, 'which gave undefined for the layer groups in place of an Optimizer'],
    [class Mine {}, 'The option optimizer is the class Mine. Make one: new Mine(...).'],
  ])('is refused: %s', (optimizer, words) => {
    expect(() => ruleOf(optimizer)).toThrow(words)
    expect(() => ruleOf(optimizer)).toThrow(TypeError)
  })
})

describe('an option of an optimizer', () => {
  it.each<[string, () => unknown, string]>([
    ['momentum', () => sgd({ momentum: 0.9 } as never), 'sgd has no option momentum. Did you mean mom?'],
    ['betas', () => adam({ betas: [0.9, 0.99] } as never), 'adam has no option betas. Did you mean mom and sqr_mom?'],
    ['a misspelt name', () => ranger({ alhpa: 1 } as never), 'ranger has no option alhpa. Did you mean alpha?'],
    ["another function's", () => adamw({ decouple_wd: false } as never), 'adamw has no option decouple_wd.'],
    [
      'a rate alone',
      () => adam(0.01 as never),
      'adam takes its options as an object, { lr, wd, decouple_wd, ... }, but got 0.01.',
    ],
    ['a string', () => adam({ lr: '0.01' } as never), "adam: lr must be a number, but it is '0.01'."],
    [
      'a boolean as a string',
      () => rmsprop({ centered: 'no' } as never),
      "rmsprop: centered must be true or false, but it is 'no'.",
    ],
    ['NaN', () => sgd({ wd: Number.NaN }), 'sgd: wd must be a number, but it is NaN.'],
    ['an unknown convention', () => rmsprop({ convention: 'keras' as never }), "must be one of 'fastai', 'torch'"],
    ['lookahead around what is not called', () => lookahead(sgd as never), 'Call it: lookahead(sgd()).'],
    ['lookahead around one of tf.train', () => lookahead(tf.train.sgd(1) as never), 'such as sgd({ mom: 0.9 }), but got'],
  ])('is refused: %s', (_, make, words) => {
    expect(make).toThrow(words)
  })

  it('goes to the part of a composition that it is for', () => {
    expect(ranger({ k: 3, sqr_mom: 0.9 }).rule.hyper['sqr_mom']).toBe(0.9)
  })
})

it.each([undefined, null, {}, '0.1'])('a hyper-parameter is not set to %s', value => {
  const { opt } = tinyLearner()
  expect(() => opt.set('lr', value as never)).toThrow(/^lr must be a number, or a list with one per layer group/)
})
