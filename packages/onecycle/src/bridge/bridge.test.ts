// Alone: it loads the umbrella, which the others need not.
import '@tensorflow/tfjs-backend-cpu'
import { type Callback, DataBunch, Learner, type LearnerOptions } from 'onecycle'
import { layers, memory, sequential, setBackend } from 'onecycle/tf'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, type Training, transfer } from '../page/index.js'
import { messages, serve } from '../worker/index.js'

beforeAll(() => setBackend('cpu'))

interface Options {
  epochs: number
  /** Milliseconds that each batch takes. */
  slow?: number
  callbacks?: Callback<Learner>[]
}

/** Two classes of points, 10 batches of 4, in milliseconds. */
function tiny(options: LearnerOptions = {}): Learner {
  const x = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i * i))
  const y = Int32Array.from({ length: 48 }, (_, i) => Number(x[2 * i]! > x[2 * i + 1]!))
  const valid = { x: x.slice(0, 16), y: y.slice(0, 8) }
  const data = DataBunch.from_arrays({ x: x.slice(16), y: y.slice(8), shape: [2], valid, bs: 4, seed: 1, classes: ['no', 'yes'] })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], kernelInitializer: 'zeros' })] })
  return new Learner(data, model, { metrics: ['accuracy'], progress: false, seed: 1, ...options })
}

const own = messages<{ half: { done: number } }>()

/** What is given by the test, for it cannot be sent. */
let callbacks: Callback<Learner>[] = []

let port: MessagePort

const make = () => {
  const { port1, port2 } = new MessageChannel()
  port = port1
  const served = serve(
    {
      create: ({ slow }: Options) =>
        tiny({
          callbacks: [
            ...callbacks,
            ...(slow ? [{ after_batch: () => new Promise<void>(resolve => setTimeout(resolve, slow)) }] : []),
          ],
        }),
      run: (learn, { epochs }) => learn.fit_one_cycle(epochs, 0.1),
      methods: {
        find: (learn, num_it: number) => learn.lr_find({ num_it }),
        cannot: learn => () => learn,
      },
      functions: {
        sum: (values: Float32Array) => values.reduce((sum, value) => sum + value, 0),
        zeros: (n: number) => {
          const values = new Float32Array(n)
          return transfer(values, [values.buffer])
        },
        tellHalf: (done: number) => own.send('half', { done }),
        fail: (error: string) => {
          if (error === 'range') throw new RangeError('too far')
          if (error === 'own') throw Object.assign(new Error('mine', { cause: new TypeError('why') }), { name: 'OwnError' })
          throw 'words'
        },
      },
      messages: own,
    },
    port1,
  )
  const training = connect<typeof served>(port2)
  open.push({ training, served })
  return { training, served }
}

const open: { training: Training; served: { close(): Promise<void> } }[] = []
afterEach(async () => {
  callbacks = []
  for (const { training, served } of open.splice(0)) {
    training.close()
    await served.close()
  }
})

describe('a training', () => {
  test('gives what the worker’s run gives, and has its history, batch by batch and epoch by epoch', async () => {
    const { training, served } = make()
    const heard: string[] = []
    const told = { losses: [] as number[], lrs: [] as number[], moms: [] as number[], smooth_losses: [] as number[] }
    for (const name of ['begin', 'progress', 'epoch', 'end', 'state'] as const) training.on(name, () => heard.push(name))
    training.on('batches', ({ first, ...batches }) => {
      expect(first).toBe(told.losses.length)
      for (const name of ['losses', 'lrs', 'moms', 'smooth_losses'] as const) told[name].push(...batches[name])
      heard.push('batches')
    })
    const history = await training.start({ epochs: 3 })
    const recorded = served.learn!.recorder.history
    expect(history).toEqual(recorded)
    expect(training.history).toEqual(recorded)
    expect(recorded.losses).toHaveLength(30)
    expect({ ...recorded, ...told }).toEqual(recorded)
    expect(heard.filter(name => name === 'epoch')).toHaveLength(3)
    expect(heard.slice(0, 2)).toEqual(['state', 'begin'])
    expect(heard.slice(-2)).toEqual(['end', 'state'])
  })

  test('grows its history while it runs, as the Recorder does', async () => {
    const { training, served } = make()
    const grown: number[] = []
    training.on('epoch', row => {
      expect(training.history.epochs.at(-1)).toEqual(row)
      expect(training.history.nb_batches).toEqual(training.history.epochs.map(() => 10))
      grown.push(training.history.losses.length)
    })
    await training.start({ epochs: 3 })
    expect(grown).toEqual([10, 20, 30])
    expect(training.history.metrics).toEqual(served.learn!.recorder.history.metrics)
  })

  test('sends a few messages a second, and loses nothing', async () => {
    const { training } = make()
    let messages = 0
    training.on('progress', () => messages++)
    const began = performance.now()
    const { losses } = await training.start({ epochs: 8, slow: 2 })
    const tenths = (performance.now() - began) / 100
    expect(losses).toHaveLength(80)
    expect(messages).toBeGreaterThan(1)
    expect(messages).toBeLessThanOrEqual(tenths + 2)
  })

  test('starts anew, or goes on', async () => {
    const { training, served } = make()
    await training.run({ epochs: 1 })
    const first = served.learn
    await training.run({ epochs: 1 })
    expect(served.learn).toBe(first)
    const [again, afresh] = [await training.run({ epochs: 1 }), await training.start({ epochs: 1 })]
    expect(served.learn).not.toBe(first)
    expect(again.losses[0]).toBeLessThan(afresh.losses[0]!)
  })

  test('has one at a time', async () => {
    const { training } = make()
    const first = training.start({ epochs: 1 })
    await expect(training.start({ epochs: 1 })).rejects.toThrow('start was called while a training is under way')
    expect((await first).reason).toBe('completed')
  })

  test('tells a search apart, whose batches are in no history', async () => {
    const { training } = make()
    await training.create({ epochs: 1 })
    const lrs: number[] = []
    training.on('batches', batches => {
      expect(batches.lr_finding).toBe(true)
      lrs.push(...batches.lrs)
    })
    const begun = vi.fn()
    training.on('begin', begun)
    const found = await training.call('find', 20)
    expect(lrs.length).toBeGreaterThan(10)
    expect(lrs).toEqual(found.lrs.slice(0, lrs.length))
    expect(begun).toHaveBeenCalledWith(expect.objectContaining({ lr_finding: true, batches: 20 }))
    expect(training.history.losses).toEqual([])
  })
})

describe('pause, resume and stop', () => {
  test('a training stands still, predicts, and goes on to the same bits', async () => {
    const { training, served } = make()
    const done = training.start({ epochs: 2, slow: 1 })
    expect(await training.pause()).toBe(true)
    expect(training.state).toBe('paused')
    const at = training.history.losses.length
    expect(at).toBeGreaterThan(0)
    await new Promise(resolve => setTimeout(resolve, 50))
    await training.predict([[0.5, 0.1]])
    expect(training.history.losses.length).toBe(at)
    expect(served.learn!.recorder.history.losses.length).toBe(at)
    await training.resume()
    expect(training.state).toBe('running')
    expect((await done).losses).toEqual((await tiny().fit_one_cycle(2, 0.1)).losses)
    expect(training.state).toBe('idle')
  })

  test('what is stopped rejects as an aborted one, and what was recorded stays', async () => {
    const { training, served } = make()
    const done = training.start({ epochs: 500, slow: 1 })
    const failure = expect(done).rejects.toMatchObject({ name: 'AbortError', message: 'The training was stopped.' })
    await new Promise<void>(resolve => void training.on('epoch', () => resolve()))
    await training.stop()
    await failure
    expect(training.history).toMatchObject({ reason: 'interrupted', epochs: { 0: { epoch: 0 } } })
    expect(training.history).toEqual(served.learn!.recorder.history)
    expect((await training.run({ epochs: 1 })).reason).toBe('completed')
  })

  test('what stands still can be stopped', async () => {
    const { training } = make()
    const failure = expect(training.start({ epochs: 500 })).rejects.toMatchObject({ name: 'AbortError' })
    await training.pause()
    await training.stop()
    await failure
    expect(training.state).toBe('idle')
  })

  test('what was stopped begins no second fit', async () => {
    const { training, served } = make()
    await training.create({ epochs: 1 })
    callbacks = []
    const { port1, port2 } = new MessageChannel()
    const other = serve(
      {
        create: () => served.learn!,
        async run(learn) {
          await learn.fit(0.1, 500).catch(() => {})
          return learn.fit(0.1, 1)
        },
      },
      port1,
    )
    const again = connect<typeof other>(port2)
    open.push({ training: again, served: other })
    const failure = expect(again.start()).rejects.toMatchObject({ name: 'AbortError' })
    await new Promise<void>(resolve => void again.on('begin', () => resolve()))
    await again.stop()
    await failure
  })

  test('where nothing runs, nothing happens', async () => {
    const { training } = make()
    expect(await training.pause()).toBe(false)
    await training.resume()
    await training.stop()
    expect(training.state).toBe('idle')
  })
})

describe('predict', () => {
  test('gives probabilities in plain numbers, and leaves no tensor', async () => {
    const { training, served } = make()
    await training.start({ epochs: 1 })
    const before = memory().numTensors
    const { values, shape } = await training.predict(Float32Array.of(0.1, 0.9, 0.9, 0.1))
    expect(shape).toEqual([2, 2])
    const expected = served.learn!.predict([
      [0.1, 0.9],
      [0.9, 0.1],
    ])
    expect([...values]).toEqual([...(expected as unknown as { dataSync(): Float32Array }).dataSync()])
    ;(expected as unknown as { dispose(): void }).dispose()
    expect(memory().numTensors).toBe(before)
  })

  test('while it trains comes between two batches, and changes nothing of the training', async () => {
    let inBatch = false
    const seen: boolean[] = []
    callbacks = [
      {
        order: -200,
        before_batch() {
          inBatch = true
        },
      },
      // The message arrives while the batch is under way.
      { after_backward: () => new Promise(resolve => setTimeout(resolve, 2)) },
      {
        order: 94,
        after_batch() {
          inBatch = false
        },
      },
    ]
    const { training, served } = make()
    const done = training.start({ epochs: 4 })
    await new Promise<void>(resolve => void training.on('begin', () => resolve()))
    const predict = vi.spyOn(served.learn!, 'predict')
    predict.mockImplementation(function (this: Learner, x) {
      seen.push(inBatch)
      return Learner.prototype.predict.call(this, x)
    })
    for (let i = 0; i < 6; i++) await training.predict([[0.5, i]])
    expect(seen).toEqual(Array(6).fill(false))
    expect((await done).losses).toEqual((await tiny().fit_one_cycle(4, 0.1)).losses)
  })

  test('needs a Learner, and what the Learner needs', async () => {
    const { training } = make()
    await expect(training.predict([[1, 2]])).rejects.toThrow(
      'predict needs a Learner, and there is none yet: await create(options)',
    )
    await training.create({ epochs: 1 })
    const given = { values: [0.1, 0.9], shape: [1, 2] }
    const forms = [[[0.1, 0.9]], Float32Array.of(0.1, 0.9), given, [given]]
    const all = await Promise.all(forms.map(x => training.predict(x).catch((error: Error) => error)))
    expect(all.slice(1)).toEqual(Array(3).fill(all[0]))
    await expect(training.predict({ values: [1, 2, 3], shape: [1, 2] })).rejects.toThrow(
      '3 values for a tensor of shape [1, 2], which has 2',
    )
    await expect(training.predict([[1, 2, 3]])).rejects.toThrow(/\[1, 3\]|3 numbers|shape/)
  })
})

describe('calls and messages', () => {
  test('functions need no Learner; buffers move where they are to', async () => {
    const { training } = make()
    const values = Float32Array.of(1, 2, 3)
    expect(await training.call('sum', transfer(values, [values.buffer]))).toBe(6)
    expect(values).toHaveLength(0)
    expect(await training.call('zeros', 4)).toEqual(new Float32Array(4))
    expect(() => transfer(values, [3 as unknown as ArrayBuffer])).toThrow('transfer takes a list of ArrayBuffers')
  })

  test('one’s own messages are heard by name, until one no longer listens', async () => {
    const { training } = make()
    const heard: number[] = []
    const off = training.on('half', ({ done }) => heard.push(done))
    await training.call('tellHalf', 1)
    off()
    await training.call('tellHalf', 2)
    expect(heard).toEqual([1])
    expect(() => messages<{ lost: number }>().send('lost', 1)).toThrow("The message 'lost' has nobody to go to")
  })

  test('what is not there is told, and what was probably meant', async () => {
    const { training } = make()
    const { call } = training as unknown as { call(name: string): Promise<unknown> }
    await expect(call.call(training, 'summ')).rejects.toThrow("no method or function 'summ'. Did you mean sum?")
  })
})

describe('what fails', () => {
  test('crosses with its name, message, stack and cause', async () => {
    const { training } = make()
    const range = await training.call('fail', 'range').catch((error: Error) => error)
    expect(range).toBeInstanceOf(RangeError)
    expect(range).toMatchObject({ message: 'too far', stack: expect.stringContaining('bridge.test.ts') })
    expect(await training.call('fail', 'own').catch((error: Error) => error)).toMatchObject({
      name: 'OwnError',
      message: 'mine',
      cause: { name: 'TypeError', message: 'why' },
    })
    await expect(training.call('fail', '')).rejects.toThrow('words')
  })

  test('of a fit that diverges crosses with what is known of it', async () => {
    callbacks = [
      {
        after_loss(learn) {
          learn.loss = learn.loss.mul(Number.NaN)
        },
      },
    ]
    const { training } = make()
    const failure = await training.start({ epochs: 1 }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'DivergedError', epoch: 0, batch: 0, loss: Number.NaN, origin: 'loss' })
    callbacks = []
  })

  test('of a training rejects it, and the next can begin', async () => {
    callbacks = [{ before_epoch: learn => learn.opt.set('lr', Number.NaN) }]
    const { training } = make()
    await expect(training.start({ epochs: 1 })).rejects.toThrow(/lr/)
    callbacks = []
    expect((await training.start({ epochs: 1 })).reason).toBe('completed')
  })

  test('because it cannot be sent, either way', async () => {
    const { training } = make()
    await training.create({ epochs: 1 })
    await expect(training.call('cannot')).rejects.toMatchObject({ name: 'DataCloneError' })
    await expect(training.predict((() => {}) as unknown as number[])).rejects.toMatchObject({ name: 'DataCloneError' })
  })

  test('in a listener is its own, and others hear', async () => {
    const { training } = make()
    const uncaught: unknown[] = []
    const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((go: () => void) => {
      try {
        go()
      } catch (error) {
        uncaught.push(error)
      }
    }) as typeof setTimeout)
    const heard = vi.fn()
    training.on('half', () => {
      throw new Error('mine')
    })
    training.on('half', heard)
    await training.call('tellHalf', 1)
    timer.mockRestore()
    expect(heard).toHaveBeenCalledOnce()
    expect(uncaught).toEqual([new Error('mine')])
  })

  test('is what waits when the other side is gone, and what comes after', async () => {
    const { training } = make()
    const failure = expect(training.start({ epochs: 500, slow: 5 })).rejects.toThrow('The worker has ended')
    await new Promise<void>(resolve => void training.on('begin', () => resolve()))
    port.close()
    await failure
    expect(training.state).toBe('closed')
    await expect(training.predict([[1, 2]])).rejects.toThrow('The worker has ended')
  })

  test('is what waits when it is closed here', async () => {
    const { training } = make()
    const waits = training.start({ epochs: 500 })
    training.close()
    await expect(waits).rejects.toThrow('The training was closed.')
    expect(training.state).toBe('closed')
  })

  test('is a service that is none', () => {
    const { port1 } = new MessageChannel()
    const any = serve as unknown as (...given: unknown[]) => unknown
    expect(() => any({ create: () => tiny() }, port1)).toThrow('serve needs run, a function that trains the Learner.')
    expect(() => any({ create: () => tiny(), run: () => 1, method: {} }, port1)).toThrow('Did you mean methods?')
    expect(() => any({ create: () => tiny(), run: () => 1 }, {})).toThrow('serve takes a port, such as one of a MessageChannel')
    expect(() => connect({} as MessagePort)).toThrow('connect takes a Worker or a MessagePort')
    port1.close()
  })

  test('is what create gives that is no Learner', async () => {
    const { port1, port2 } = new MessageChannel()
    const served = serve({ create: () => ({}) as Learner, run: learn => learn.fit(1, 1) }, port1)
    const training = connect<typeof served>(port2)
    open.push({ training, served })
    await expect(training.start()).rejects.toThrow('create must give a Learner, but gave')
  })
})

test('types flow from the worker to the page', () => {
  const { training } = make()
  /** Only compiled. */
  const compiled = async () => {
    const history = await training.start({ epochs: 1, slow: 2 })
    const found: number | undefined = (await training.call('find', 20)).lr
    const zeros: Float32Array = await training.call('zeros', 3)
    training.on('half', ({ done }) => done.toFixed())
    training.on('epoch', ({ epoch }) => epoch.toFixed())
    // @ts-expect-error: an option of another type
    await training.start({ epochs: '1' })
    // @ts-expect-error: no options
    await training.start()
    // @ts-expect-error: no such method
    await training.call('fined', 20)
    // @ts-expect-error: an argument is missing
    await training.call('find')
    // @ts-expect-error: no such event
    training.on('batch', () => {})
    // @ts-expect-error: not what the message holds
    own.send('half', { done: '1' })
    return [history.losses, found, zeros]
  }
  expect(compiled).toBeTypeOf('function')
})
