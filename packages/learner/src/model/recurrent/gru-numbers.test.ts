// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import '@tensorflow/tfjs-backend-cpu'
import { readFileSync } from 'node:fs'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { recurrentDefinition } from '../../../../backend/src/testing/recurrent-definition.js'
import { accelerate } from '../../accelerate.js'
import { mendUnpack } from '../../gradient/unpack.js'
import { Learner } from '../../learner.js'
import { mse } from '../../loss/regression.js'
import { adam } from '../../optimizer/index.js'
import { expectClose, slopes } from '../../testing/numerical.js'
import { disposeModel } from '../dispose-model.js'
import { GRU, type GRUOptions } from './gru.js'

beforeAll(async () => {
  await tf.setBackend('wasm')
  await accelerate()
  // As the first step of a fit does.
  mendUnpack()
})
afterEach(() => vi.restoreAllMocks())

const kernels = ['Recurrent', 'RecurrentGradient']

/** How often the kernels of recurrent layers run. */
function countRuns(): () => number {
  const run = vi.spyOn(tf.engine(), 'runKernel')
  const count = () => run.mock.calls.filter(([name]) => kernels.includes(name)).length
  const before = count()
  return () => count() - before
}

/** Without the kernel, steps are composed. */
async function composed<T>(run: () => T | Promise<T>): Promise<T> {
  const own = tf.getKernel('Recurrent', 'wasm')!
  tf.unregisterKernel('Recurrent', 'wasm')
  try {
    return await run()
  } finally {
    tf.registerKernel(own)
  }
}

/** A way to compute: cpu composes steps of its kernels, wasm has a kernel for all of them. */
const ways: readonly [string, (run: () => void) => Promise<void>][] = [
  ['cpu', async run => tf.setBackend('cpu').then(run)],
  ['wasm, composed', async run => tf.setBackend('wasm').then(() => composed(run))],
  [
    'wasm',
    async run => {
      await tf.setBackend('wasm')
      const runs = countRuns()
      run()
      expect(runs()).toBeGreaterThan(0)
    },
  ],
]

interface Case {
  readonly shape: readonly [samples: number, steps: number, features: number]
  readonly options: GRUOptions
  readonly x: readonly number[]
  /** One, or that of either direction. */
  readonly weights: readonly (readonly number[])[]
  readonly state?: readonly number[] | null | undefined
  /** 1 for each step that counts. */
  readonly mask?: readonly number[] | undefined
  /** Gradients of the states of all steps, and of the last. */
  readonly above: readonly number[]
  readonly aboveLast: readonly number[]
}

interface Found {
  readonly y: readonly number[]
  readonly last: readonly number[]
  readonly gradients: readonly (readonly number[])[]
}

/** What one layer answers, and the gradients of x, of its weights and of its first state. Nothing may be left. */
function passes({ shape, options, x, weights, state, mask, above, aboveLast }: Case): Found {
  const { units, useBias = true } = options
  const [samples, steps, features] = shape
  const before = tf.memory().numTensors
  const layer = new GRU({ ...options, returnSequences: true, returnState: true })
  layer.build([...shape])
  layer.built = true
  const found = tf.tidy(() => {
    const shapes = [[features, 3 * units], [units, 3 * units], ...(useBias ? [[2, 3 * units]] : [])]
    layer.setWeights(weights.map((values, i) => tf.tensor([...values], shapes[i])))
    const given = { ...(mask && { mask: tf.tensor2d([...mask], [samples, steps], 'bool') }) }
    const call = (from: tf.Tensor, first?: tf.Tensor) =>
      layer.call(from, { ...given, ...(first && { initialState: [first] }) }) as [tf.Tensor, tf.Tensor]
    const loss = (from: tf.Tensor, first?: tf.Tensor) => {
      const [y, last] = call(from, first)
      return tf.add(
        tf.sum(tf.mul(y, tf.tensor([...above], y.shape))),
        tf.sum(tf.mul(last, tf.tensor([...aboveLast], last.shape))),
      )
    }
    const inputs = [tf.tensor([...x], [...shape]), ...(state ? [tf.tensor([...state], [samples, units])] : [])]
    const [y, last] = call(...(inputs as [tf.Tensor]))
    const [dx, dState] = tf.grads(loss as (...xs: tf.Tensor[]) => tf.Tensor)(inputs)
    const variables = layer.trainableWeights.map(weight => weight.read() as tf.Variable)
    const { grads } = tf.variableGrads(() => loss(...(inputs as [tf.Tensor])) as tf.Scalar, variables)
    const gradients = [dx!, ...variables.map(({ name }) => grads[name]!), ...(dState ? [dState] : [])]
    const values = (tensor: tf.Tensor) => [...tensor.dataSync()]
    return { y: values(y), last: values(last), gradients: gradients.map(values) }
  })
  tf.dispose(layer.weights.map(weight => weight.read()))
  expect(tf.memory().numTensors).toBe(before)
  return found
}

interface TorchCase extends Omit<Case, 'options' | 'weights' | 'mask'> {
  readonly name: string
  readonly units: number
  readonly bias: boolean
  readonly both: boolean
  readonly lengths: readonly number[] | null
  readonly weights: readonly (readonly (readonly number[])[])[]
  readonly y: readonly number[]
  readonly last: readonly number[]
  readonly gradients: { x: number[]; state: number[] | null; weights: number[][][] }
}
const file = new URL('../../../fixtures/torch_gru.json', import.meta.url)
const { torch, cases }: { torch: string; cases: TorchCase[] } = JSON.parse(readFileSync(file, 'utf8'))
const oneWay = cases.filter(({ both }) => !both)
const bothWays = cases.filter(({ both }) => both)

describe.each(ways)('a GRU on %s', (_, compute) => {
  it.each(oneWay.map(each => [each.name, each] as const))(`has the numbers of PyTorch ${torch}: %s`, async (_, each) => {
    const { shape: [samples, steps], units, bias, lengths } = each // biome-ignore format: a table
    const mask = lengths && Array.from({ length: samples * steps }, (_, i) => Number(i % steps < lengths[Math.floor(i / steps)]!))
    // What PyTorch fills up with is 0, and here the state of before: neither counts.
    const counts = (values: readonly number[]) => values.map((value, i) => (mask ? mask[Math.floor(i / units)]! * value : value))
    await compute(() => {
      const options = { units, useBias: bias }
      const found = passes({ ...each, options, weights: each.weights[0]!, mask: mask ?? undefined, above: counts(each.above) })
      expectClose(counts(found.y), each.y, 3e-6)
      expectClose(found.last, each.last, 3e-6)
      const { x, state, weights } = each.gradients
      for (const [i, expected] of [x as readonly number[], ...weights[0]!, ...(state ? [state] : [])].entries())
        expectClose(found.gradients[i]!, expected, 1e-5)
    })
  })

  it.each<[string, Partial<GRUOptions>, { steps?: number; units?: number; samples?: number; mask?: number[] }]>([
    ['one step, one unit, one sample', {}, { steps: 1, units: 1, samples: 1 }],
    ['seven units', {}, { units: 7 }],
    ['backwards', { goBackwards: true }, {}],
    ['hard gates', { recurrentActivation: 'hardSigmoid' }, {}],
    ['linear and relu', { activation: 'linear', recurrentActivation: 'relu' }, {}],
    ['without bias', { useBias: false }, { units: 5 }],
    ['all masked', {}, { mask: [0, 0, 0, 0, 0, 0] }],
    ['none masked', {}, { mask: [1, 1, 1, 1, 1, 1] }],
    ['some masked', { goBackwards: true }, { mask: [1, 0, 1, 0, 1, 1] }],
  ])('has the values and slopes of its definition: %s', async (_, more, { steps = 3, units = 3, samples = 2, mask }) => {
    const shape = [samples, steps, 2] as const
    const { useBias = true, activation = 'tanh', recurrentActivation = 'sigmoid', goBackwards = false } = more
    const numbers = (count: number, phase: number) =>
      Array.from({ length: count }, (_, i) => Math.fround(0.9 * Math.sin(1 + 2.3 * i + phase)))
    const x = numbers(samples * steps * 2, 1)
    const weights = [numbers(6 * units, 2), numbers(3 * units * units, 3), ...(useBias ? [numbers(6 * units, 4)] : [])]
    const state = numbers(samples * units, 5)
    const [above, aboveLast] = [numbers(samples * steps * units, 6), numbers(samples * units, 7)]
    const attrs = { cell: 'gruAfter', activation, recurrentActivation, goBackwards } as Parameters<typeof recurrentDefinition>[0]
    const define = ([x, kernel, recurrentKernel, ...rest]: readonly (readonly number[])[]) => {
      const [bias, state] = useBias ? rest : [undefined, ...rest]
      const given = { x, kernel, recurrentKernel, bias, state, mask }
      const sizes = { samples, steps, inputs: 2, units }
      const doubles = Object.entries(given).flatMap(([name, values]) => (values ? [[name, Float64Array.from(values)]] : []))
      return recurrentDefinition(attrs, sizes, Object.fromEntries(doubles))
    }
    const all: (readonly number[])[] = [x, ...weights, state]
    const [y, last] = define(all) as [Float64Array, Float64Array]
    const loss = (own: readonly (readonly number[])[]) => {
      const [y, last] = define(own) as [Float64Array, Float64Array]
      const sum = (values: Float64Array, by: readonly number[]) => values.reduce((total, value, i) => total + value * by[i]!, 0)
      return sum(y, above) + sum(last, aboveLast)
    }
    await compute(() => {
      const found = passes({ shape, options: { units, ...more }, x, weights, state, mask, above, aboveLast })
      expectClose(found.y, y, 3e-6)
      expectClose(found.last, last, 3e-6)
      for (const [i, values] of all.entries())
        expectClose(
          found.gradients[i]!,
          slopes(moved => loss(all.with(i, moved)), values),
          2e-5,
        )
    })
  })

  it.each([false, true])('answers 0 where a mask leaves a step out, if it is told to; backwards: %s', async goBackwards => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i + 1))
    const mask = [1, 0, 1, 0, 1, 0, 0, 1, 1, 1]
    // The second sample of two, five steps each, in the order that they are taken in.
    const taken = goBackwards ? [...mask.slice(0, 5).reverse(), ...mask.slice(5).reverse()] : mask
    const shown = (values: readonly number[]) => values.map((value, i) => value * taken[Math.floor(i / 3)]!)
    const each = {
      shape: [2, 5, 2] as const,
      x: numbers(20),
      weights: [numbers(18), numbers(27), numbers(18)],
      mask,
      aboveLast: numbers(6),
    }
    await compute(() => {
      const options = { units: 3, goBackwards }
      const found = passes({ ...each, options: { ...options, zeroOutputForMask: true }, above: numbers(30) })
      const plain = passes({ ...each, options, above: shown(numbers(30)) })
      expectClose(found.y, shown(plain.y), 1e-6)
      expectClose(found.last, plain.last, 1e-6)
      for (const [i, gradient] of found.gradients.entries()) expectClose(gradient, plain.gradients[i]!, 1e-6)
    })
  })

  it('passes NaN on', async () => {
    await compute(() => {
      const x = [1, 2, Number.NaN, 0, 3, 4]
      const weights = [[...Array(18)].map((_, i) => i / 9), [...Array(27)].map((_, i) => i / 30), Array<number>(18).fill(0.1)]
      const rest = { above: Array<number>(9).fill(1), aboveLast: [0, 0, 0] }
      const { y, gradients } = passes({ shape: [1, 3, 2], options: { units: 3 }, x, weights, ...rest })
      expect(y.map(Number.isFinite)).toEqual([true, true, true, false, false, false, false, false, false])
      for (const gradient of gradients.slice(1)) expect(gradient.some(Number.isNaN)).toBe(true)
    })
  })

  it.each(bothWays.map(each => [each.name, each] as const))(
    'has the numbers of PyTorch in a Bidirectional: %s',
    async (_, each) => {
      await compute(() => {
        tf.tidy(() => {
          const { shape: [samples, steps, features], units } = each // biome-ignore format: a table
          const [x, ...states] = [input({ batchShape: [samples, steps, features] }), input({ shape: [units] }), input({ shape: [units] })] // biome-ignore format: a table
          const layer = layers.bidirectional({ layer: new GRU({ units, returnSequences: true }), mergeMode: 'concat' })
          const net = model({ inputs: [x!, ...states], outputs: layer.apply([x!, ...states]) as SymbolicTensor })
          const shapes = [[features, 3 * units], [units, 3 * units], [2, 3 * units]] // biome-ignore format: a table
          net.setWeights(each.weights.flatMap(own => own.map((values, i) => tf.tensor([...values], shapes[i]))))
          const first = [0, 1].map(i =>
            tf.tensor(each.state!.slice(i * samples * units).slice(0, samples * units), [samples, units]),
          )
          const y = net.predict([tf.tensor([...each.x], [...each.shape]), ...first]) as tf.Tensor
          expectClose(y.dataSync(), each.y, 3e-6)
          disposeModel(net)
        })
      })
    },
  )
})

describe('the kernel', () => {
  const numbers = (count: number, phase: number) =>
    Array.from({ length: count }, (_, i) => Math.fround(0.6 * Math.sin(1 + 2.3 * i + phase)))
  const expectComposed = async (shape: Case['shape'], options: GRUOptions, mask?: readonly number[], kernelsRun = 6) => {
    await tf.setBackend('wasm')
    const [samples, steps, features] = shape
    const { units } = options
    const each = {
      ...{ shape, options, mask, x: numbers(samples * steps * features, 1), state: numbers(samples * units, 5) },
      weights: [numbers(3 * features * units, 2), numbers(3 * units * units, 3), numbers(6 * units, 4)],
      ...{ above: numbers(samples * steps * units, 6), aboveLast: numbers(samples * units, 7) },
    }
    const runs = countRuns()
    const found = passes(each)
    expect(runs()).toBe(kernelsRun)
    const expected = await composed(() => passes(each))
    expectClose(found.y, expected.y, 1e-5)
    expectClose(found.last, expected.last, 1e-5)
    for (const [i, gradient] of found.gradients.entries()) {
      // Sums of a hundred products that nearly cancel.
      const most = expected.gradients[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      expectClose(gradient.map(value => value / most), expected.gradients[i]!.map(value => value / most), 2e-5) // biome-ignore format: one call
    }
  }

  it.each<[string, Case['shape'], GRUOptions]>([
    ['more samples than go together', [101, 2, 3], { units: 4 }],
    ['more steps than are projected at once', [40, 6, 2], { units: 4, goBackwards: true }],
    ['sums deeper than a block', [2, 2, 410], { units: 9 }],
    ['rows of whole tiles', [12, 3, 6], { units: 12 }],
    ['many units', [3, 2, 5], { units: 130 }],
  ])('has the values and gradients of the composed form: %s', (_, shape, options) => expectComposed(shape, options))

  it('has them whatever its sizes, and whatever is masked', async () => {
    const size = (max: number) => fc.integer({ min: 1, max })
    const bits = fc.infiniteStream(fc.integer({ min: 0, max: 1 }))
    await fc.assert(
      fc.asyncProperty(fc.tuple(size(9), size(5), size(21)), size(21), fc.boolean(), bits, (shape, units, goBackwards, mask) =>
        expectComposed(shape, { units, goBackwards }, [...mask.take(shape[0] * shape[1])]),
      ),
      { numRuns: 8 },
    )
  })

  it('leaves other activations to the composed form', () =>
    expectComposed([2, 3, 2], { units: 3, activation: 'elu' }, undefined, 0))
})

const seeded = () => ({
  kernelInitializer: initializers.glorotUniform({ seed: 3 }),
  recurrentInitializer: initializers.orthogonal({ seed: 4, gain: 1 }),
  biasInitializer: initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 5 }),
})

describe('a Learner of GRUs', () => {
  const data = () => {
    const x = Int32Array.from({ length: 240 }, (_, i) => (i % 12 > 8 ? 0 : 1 + ((i * i * 3 + i) % 8)))
    const y = Float32Array.from({ length: 40 }, (_, i) => Number(x[6 * i]! > x[6 * i + 2]!) - 0.5)
    return DataBunch.from_arrays({ x, shape: [6], y, bs: 8, seed: 3 })
  }
  const train = async (drops: object, epochs = 10) => {
    const before = tf.memory().numTensors
    const table = initializers.randomUniform({ minval: -1, maxval: 1, seed: 6 })
    const inner = new GRU({ units: 4, returnSequences: true, ...seeded() })
    const net = sequential({
      layers: [
        layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 6, maskZero: true, embeddingsInitializer: table }),
        layers.bidirectional({ layer: inner, mergeMode: 'concat' }),
        new GRU({ units: 5, goBackwards: true, ...seeded(), ...drops }),
        layers.dense({ units: 1, kernelInitializer: initializers.glorotUniform({ seed: 7 }) }),
      ],
    })
    const learn = new Learner(data(), net, { loss: mse, optimizer: adam(), progress: false, seed: 1 })
    const held: number[] = []
    const { losses } = await learn.fit(1e-2, epochs, {
      callbacks: [{ after_batch: () => void held.push(tf.memory().numTensors) }],
    })
    expect(new Set(held.slice(2)).size).toBe(1)
    learn.dispose()
    disposeModel(net)
    expect(tf.memory().numTensors).toBe(before)
    return losses
  }

  it.each([
    // A step that draws nothing runs the kernels of the first again.
    ['without dropout', {}, 6],
    ['with dropout of inputs and states', { dropout: 0.2, recurrentDropout: 0.3 }, 300],
  ])('has the losses of the composed form over 50 steps, and the same again: %s', async (_, drops, kernelsRun) => {
    await tf.setBackend('wasm')
    const runs = countRuns()
    const losses = await train(drops)
    expect(losses).toHaveLength(50)
    expect(runs()).toBe(kernelsRun)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
    expect(await train(drops)).toEqual(losses)
    const apart = (await composed(() => train(drops))).map((loss, i) => Math.abs(loss - losses[i]!))
    expect(Math.max(...apart)).toBeLessThan(1e-4)
  })
})

it('trains by model.fit and remembers its states, as it does composed', async () => {
  const train = async () => {
    const net = sequential({
      layers: [
        new GRU({ units: 3, stateful: true, batchInputShape: [2, 3, 2], ...seeded() }),
        layers.dense({ units: 1, kernelInitializer: initializers.glorotUniform({ seed: 7 }) }),
      ],
    })
    const optimizer = tf.train.adam(0.05)
    net.compile({ optimizer, loss: 'meanSquaredError' })
    const [x, y] = [tf.sin(tf.range(0, 12)).reshape([2, 3, 2]), tf.tensor2d([[1], [-1]])] // biome-ignore format: a table
    const losses = []
    for (let step = 0; step < 20; step++) losses.push((await net.trainOnBatch(x, y)) as number)
    net.resetStates()
    net.dispose()
    optimizer.dispose()
    tf.dispose([x, y])
    return losses
  }
  await tf.setBackend('wasm')
  const losses = await train()
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!)
  for (const [i, loss] of (await composed(train)).entries()) expect(Math.abs(loss - losses[i]!)).toBeLessThan(1e-4)
})
