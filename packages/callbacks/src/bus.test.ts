import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bus } from './bus.js'
import type { Callback } from './callback.js'
import { CancelBatch } from './cancel.js'
import { nameOf } from './check-callback.js'
import { closingEvents, events } from './events.js'
import type { TrainingState } from './training-state.js'

const training = { training: true } as TrainingState
const validating = { training: false } as TrainingState

describe('Bus', () => {
  it('runs callbacks by ascending order, ties as they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 20 }), orders => {
        const heard: [number, number][] = []
        const bus = new Bus(orders.map((order, i) => ({ order, before_fit: () => void heard.push([order, i]) })))
        bus.fire('before_fit', training)
        expect(heard).toEqual([...heard].sort(([a, i], [b, j]) => a - b || i - j))
        expect(heard).toHaveLength(orders.length)
      }),
    )
  })

  it('returns nothing when every handler is synchronous, and a promise when one is not', async () => {
    const heard: string[] = []
    const bus = new Bus([
      { before_batch: () => void heard.push('first') },
      { before_batch: () => Promise.resolve().then(() => void heard.push('second')) },
      { before_batch: () => void heard.push('third') },
    ])
    expect(bus.fire('after_batch', training)).toBeUndefined()
    const pending = bus.fire('before_batch', training)
    expect(pending).toBeInstanceOf(Promise)
    expect(heard).toEqual(['first'])
    await pending
    expect(heard).toEqual(['first', 'second', 'third'])
  })

  it('says whether anyone would hear an event', () => {
    const one: Callback = { before_batch() {} }
    const bus = new Bus([one])
    expect([bus.hears('before_batch'), bus.hears('after_batch')]).toEqual([true, false])
    bus.remove(one)
    expect(bus.hears('before_batch')).toBe(false)
  })

  it('has a list that nobody can push onto, where it would not be heard', () => {
    const bus = new Bus([{ before_batch() {} }])
    expect(() => (bus.callbacks as Callback[]).push({ after_batch() {} })).toThrow(TypeError)
    bus.add({ after_batch() {} })
    expect(bus.callbacks).toHaveLength(2)
  })

  it('hands over what a handler throws, and hides the event from later callbacks', () => {
    const signal = new CancelBatch()
    const heard: string[] = []
    const bus = new Bus([
      {
        before_batch() {
          throw signal
        },
      },
      { before_batch: () => void heard.push('second') },
    ])
    expect(() => bus.fire('before_batch', training)).toThrow(signal)
    expect(heard).toEqual([])
  })

  it('rejects with what an asynchronous handler throws', async () => {
    const signal = new CancelBatch()
    const bus = new Bus([{ before_batch: () => Promise.reject(signal) }])
    await expect(bus.fire('before_batch', training)).rejects.toBe(signal)
  })

  it('refuses an asynchronous handler of an event fired while gradients are recorded', () => {
    class Slow implements Callback {
      async after_pred() {}
    }
    expect(() => new Bus([new Slow()]).fire('after_pred', training)).toThrow(/Slow\.after_pred returned a promise/)
  })

  it('refuses an asynchronous after_create, which a constructor cannot wait for', () => {
    expect(() => new Bus([{ after_create: async () => {} }]).fire('after_create', training)).toThrow(
      /returned a promise, but after_create fires while the Learner is being constructed/,
    )
  })

  it('ignores what else a handler returns, such as the value of an arrow function', () => {
    const heard: number[] = []
    const bus = new Bus([{ after_pred: () => heard.push(1) as unknown as undefined }])
    expect(bus.fire('after_pred', training)).toBeUndefined()
    expect(heard).toEqual([1])
  })

  it('gates with run, run_train and run_valid', () => {
    const heard: string[] = []
    const hear = (name: string) => ({
      before_batch: () => void heard.push(name),
      before_epoch: () => void heard.push(`${name} epoch`),
    })
    const bus = new Bus([
      { ...hear('off'), run: false },
      { ...hear('no train'), run_train: false },
      { ...hear('no valid'), run_valid: false },
    ])
    bus.fire('before_batch', training)
    expect(heard.splice(0)).toEqual(['no valid'])
    bus.fire('before_batch', validating)
    expect(heard.splice(0)).toEqual(['no train'])
    bus.fire('before_epoch', training)
    expect(heard).toEqual(['no train epoch', 'no valid epoch'])
  })

  it('adds and removes while running', () => {
    const heard: string[] = []
    const second: Callback = { after_epoch: () => void heard.push('second') }
    const bus = new Bus([
      {
        before_epoch() {
          bus.add(second)
        },
      },
    ])
    bus.fire('before_epoch', training)
    bus.fire('after_epoch', training)
    bus.remove(second)
    bus.fire('after_epoch', training)
    expect(heard).toEqual(['second'])
  })

  it.each([...closingEvents])('lets everyone hear %s, and then throws what was thrown first', async event => {
    const first = new Error('first')
    const heard: string[] = []
    const fail = (error: Error) => () => {
      throw error
    }
    const hear = (name: string) => ({ [event]: () => void heard.push(name) })
    expect(() =>
      new Bus([{ [event]: fail(first) }, hear('b'), { [event]: fail(new Error('second')) }, hear('d')]).fire(event, training),
    ).toThrow(first)
    const rejecting = [{ [event]: () => Promise.reject(first) }, hear('f'), { [event]: fail(new Error('second')) }, hear('h')]
    await expect(new Bus(rejecting).fire(event, training)).rejects.toBe(first)
    expect(heard).toEqual(['b', 'd', 'f', 'h'])
  })

  it('refuses a method that looks like an event and is none', () => {
    const typo = { after_bach() {} }
    expect(() => new Bus([typo as Callback])).toThrow(/after_bach, which is not an event/)
    class Typo {
      before_fitt() {}
    }
    expect(() => new Bus([new Typo() as Callback])).toThrow(/Typo has a method before_fitt/)
  })

  it.each([
    ['afterBatch', 'after_batch'],
    ['on_epoch_end', 'after_epoch'],
    ['onTrainBegin', 'before_fit'],
  ])('tells %s what it is called here', (name, event) => {
    const other = { [name]() {}, before_step() {} }
    expect(() => new Bus([other as Callback])).toThrow(`has a method ${name}, which is not an event: call it ${event}`)
  })

  it("takes a callback of both worlds, whose Keras methods are model.fit's", () => {
    const both = { onBatchEnd() {}, after_batch() {} }
    expect(new Bus([both]).callbacks).toEqual([both])
  })

  it('refuses what would never be heard', () => {
    class Tracker {
      after_fit() {}
    }
    expect(() => new Bus([Tracker as Callback])).toThrow(/Tracker is a class or a function.*Pass new Tracker/)
    expect(() => new Bus([undefined as never])).toThrow(/A callback is undefined; expected an object/)
    expect(() => new Bus([{}])).toThrow(/hears no event/)
    expect(() => new Bus([{ after_fit: 5 as never }])).toThrow(/after_fit is 5; expected a function/)
    expect(() => new Bus([{ order: Number.NaN, after_fit() {} }])).toThrow(/order is NaN/)
    expect(() => new Bus([{ sets: 'lr' as never, after_fit() {} }])).toThrow("sets is 'lr'; expected a list of hyper-parameters")
    expect(() => new Bus([{ run_valid: 'no' as never, after_fit() {} }])).toThrow("run_valid is 'no'; expected true or false")
  })

  it('refuses a callback that it has, and then adds none of the others', () => {
    const one: Callback = { name: 'one', after_fit() {} }
    const bus = new Bus([one])
    expect(() => bus.add({ after_fit() {} }, one)).toThrow(/one has been added already/)
    expect(bus.callbacks).toEqual([one])
  })

  it('names callbacks by their name or their class', () => {
    class Tracker implements Callback {}
    expect([nameOf({ name: 'mine' }), nameOf(new Tracker()), nameOf({})]).toEqual(['mine', 'Tracker', 'callback'])
  })

  it('has each handler run by who stands around it, and by itself again after that', async () => {
    const heard: string[] = []
    const one: Callback = { name: 'one', after_fit: () => void heard.push('one') }
    const two: Callback = { name: 'two', after_fit: async () => void heard.push('two') }
    const bus = new Bus([one, two])
    bus.around = (callback, event, run) => {
      heard.push(`before ${nameOf(callback)}.${event}`)
      return run()
    }
    await bus.fire('after_fit', {} as TrainingState)
    bus.around = undefined
    await bus.fire('after_fit', {} as TrainingState)
    expect(heard).toEqual(['before one.after_fit', 'one', 'before two.after_fit', 'two', 'one', 'two'])
  })

  it('knows 24 events', () => {
    expect(new Set(events).size).toBe(24)
  })
})
