import { beforeAll, expect, expectTypeOf, test } from 'vitest'
import { foreignNames } from './foreign-names.js'
import type { Learner } from './learner.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

test.each(Object.entries(foreignNames))('learn.%s is answered with %s', (name, here) => {
  const learn = tinyLearner()
  const members = learn as unknown as Record<string, unknown>
  expect(() => members[name]).toThrow(`A Learner has no ${name}. Here it is: ${here}`)
  expect(() => {
    members[name] = 1
  }).toThrow(TypeError)
})

test('what they are answered with is there', () => {
  const learn = tinyLearner()
  for (const here of Object.values(foreignNames)) {
    const [path] = here.match(/(?<=learn\.)[\w.]+/) ?? []
    let value: unknown = learn
    for (const name of path?.split('.') ?? []) value = (value as Record<string, unknown>)[name]
    expect(value, here).toBeDefined()
  }
})

test.each(['model', 'loss_func', 'metrics', 'opt'])('learn.%s cannot be set, for what was made of it would go on', name => {
  const learn = tinyLearner()
  const members = learn as unknown as Record<string, unknown>
  const before = members[name]
  expect(() => {
    members[name] = undefined
  }).toThrow(/^\w+ is decided when a Learner is made\. To have another: new Learner\(data, model/)
  expect(members[name]).toBe(before)
})

test('types say it too', () => {
  expectTypeOf<Learner['dls']['instead']>().toEqualTypeOf<'learn.data'>()
  const program = async (learn: Learner) => {
    // @ts-expect-error: Type 'UseInstead<"learn.validate()">' has no call signatures.
    await learn.evaluate()
    // @ts-expect-error: Type 'boolean' is not assignable to type 'UseInstead<"throw new CancelFit() in a callback">'.
    learn.stop_training = true
  }
  expect(program).toBeTypeOf('function')
})

test('learn.sched is what ran last, and lr_finder the search', async () => {
  const learn = tinyLearner()
  const { lrs } = await learn.lr_finder({ num_it: 12 })
  expect(learn.sched.lrs).toEqual(lrs)
  expect(learn.sched.plot({ show: false }).chart).toEqual(learn.recorder.plot({ show: false }).chart)
  await learn.fit(1e-2, 1)
  expect(learn.sched.lrs).toEqual(learn.recorder.history.lrs)
})

test("a search's result is asked for its plot and its suggestions by the names that they have elsewhere", async () => {
  const learn = tinyLearner()
  const found: object = await learn.lr_find({ num_it: 12 })
  const plotElsewhere = 'has no plot. Here it is: learn.recorder.plot(), after the search'
  expect(() => Reflect.get(found, 'plot')).toThrow(`The result of lr_find ${plotElsewhere}`)
  expect(() => Reflect.get(learn.lr_finder, 'plot')).toThrow(`learn.lr_finder ${plotElsewhere}`)
  expect(() => Reflect.get(found, 'valley')).toThrow("suggestions.valley, or lr of lr_find({ suggestion: 'valley' })")
  expect(Object.keys(found)).not.toContain('plot')
})
