import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { expectSameAsCpu, type Input, input, numbers, useKernels } from '../../testing/compare.js'
import { accelerateLayers } from './accelerate-layers.js'
import { recurrentKernelNames } from './kernel-names.js'

beforeAll(() => {
  useKernels('compiled')
  accelerateLayers(layers)
})
afterEach(() => vi.restoreAllMocks())

type Kind = 'lstm' | 'gru' | 'simpleRNN'
const kinds = ['lstm', 'gru', 'simpleRNN'] as const
const statesOf = (kind: Kind) => (kind === 'lstm' ? 2 : 1)

interface Case {
  readonly kind: Kind
  readonly shape: readonly [samples: number, steps: number, features: number]
  readonly units: number
  readonly options?: object
  /** 1 for each step that counts. */
  readonly mask?: readonly number[]
  readonly withStates?: boolean
  readonly training?: boolean
}

const seeded = {
  kernelInitializer: initializers.glorotUniform({ seed: 3 }),
  recurrentInitializer: initializers.randomUniform({ minval: -0.6, maxval: 0.6, seed: 4 }),
  biasInitializer: initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 5 }),
}

/** Tells how often the kernels of recurrent layers run. */
function countRuns(): () => number {
  const run = vi.spyOn(tf.engine(), 'runKernel')
  const names = Object.values(recurrentKernelNames) as string[]
  return () => run.mock.calls.filter(([name]) => names.includes(name)).length
}

/** One that was called, and not applied, does not let itself be disposed. */
const free = ({ weights }: InstanceType<typeof layers.Layer>) => tf.dispose(weights.map(weight => weight.read()))

/** A layer's outputs, and the gradients of its input, its weights and its first states with an uneven gradient from above. */
function passes({ kind, shape, units, options, mask, withStates, training = false }: Case) {
  const inputs: Input[] = [input([...shape]), ...(withStates ? Array(statesOf(kind)).fill(input([shape[0], units], 9)) : [])]
  const program = (x: tf.Tensor, ...states: tf.Tensor[]): tf.Tensor[] => {
    let draws = 0
    vi.spyOn(Math, 'random').mockImplementation(() => (++draws * 0.377) % 1)
    const layer = layers[kind]({ units, ...seeded, batchInputShape: [...shape], ...options })
    layer.build([...shape])
    layer.built = true
    const given = {
      training,
      ...(mask && { mask: tf.tensor2d([...mask], [shape[0], shape[1]], 'bool') }),
    }
    const call = (from: tf.Tensor, ...first: tf.Tensor[]) =>
      [layer.call(from, { ...given, ...(withStates && { initialState: first }) }) as tf.Tensor | tf.Tensor[]].flat()
    const loss = (from: tf.Tensor, ...first: tf.Tensor[]) =>
      tf.addN(call(from, ...first).map((y, i) => tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 7 + i), y.shape)))))
    const variables = layer.trainableWeights.map(weight => weight.read() as tf.Variable)
    const results = call(x, ...states)
    const ofInputs = tf.grads(loss)([x, ...states])
    const { grads } = tf.variableGrads(() => loss(x, ...states) as tf.Scalar, variables)
    const all = [...results, ...ofInputs, ...variables.map(({ name }) => grads[name]!)]
    if (layer.stateful) {
      all.push(...(layer.states as tf.Tensor[]).map(state => state.clone()))
      tf.dispose([layer.states as tf.Tensor[], (layer as unknown as { keptStates: tf.Tensor[][] }).keptStates] as never)
    }
    const { cell } = layer as unknown as { cell: Record<'dropoutMask' | 'recurrentDropoutMask', tf.Tensor[] | null> }
    tf.dispose([cell.dropoutMask ?? [], cell.recurrentDropoutMask ?? []])
    free(layer)
    return all
  }
  return { inputs, program }
}

async function expectSame(each: Case, served = true): Promise<void> {
  const { inputs, program } = passes(each)
  const runs = countRuns()
  // Sums of a hundred products that nearly cancel.
  await expectSameAsCpu(inputs, program, 2e-5, 1e-2)
  if (served) expect(runs()).toBeGreaterThanOrEqual(each.options && 'stateful' in each.options ? 3 : 5)
  else expect(runs()).toBe(0)
}

describe.each(kinds)('%s', kind => {
  it.each<[string, Partial<Case>]>([
    ['one sample, one unit, one feature', { shape: [1, 2, 1], units: 1 }],
    ['the last state', { shape: [3, 4, 4], units: 8 }],
    ['every step', { shape: [2, 4, 5], units: 6, options: { returnSequences: true } }],
    ['every step and the states', { shape: [7, 3, 2], units: 17, options: { returnSequences: true, returnState: true } }],
    ['the states', { shape: [2, 4, 3], units: 3, options: { returnState: true } }],
    ['backwards', { shape: [3, 4, 4], units: 5, options: { goBackwards: true, returnSequences: true } }],
    ['without bias', { shape: [2, 3, 4], units: 5, options: { useBias: false } }],
    ['with first states', { shape: [3, 4, 2], units: 5, withStates: true, options: { returnSequences: true } }],
    ['unrolled', { shape: [2, 3, 2], units: 4, options: { unroll: true } }],
    ['smooth gates', { shape: [2, 3, 3], units: 9, options: { recurrentActivation: 'sigmoid', activation: 'tanh' } }],
    ['linear and hard', { shape: [2, 2, 3], units: 5, options: { recurrentActivation: 'hardSigmoid', activation: 'linear' } }],
    ['relu', { shape: [2, 2, 3], units: 5, options: { recurrentActivation: 'relu', activation: 'relu' } }],
    ['all the same', { shape: [2, 2, 3], units: 5, options: { recurrentActivation: 'tanh', activation: 'sigmoid' } }],
    ['more samples than go together', { shape: [101, 2, 3], units: 4, options: { returnSequences: true } }],
    ['more steps than are projected at once', { shape: [40, 6, 2], units: 4, options: { returnSequences: true } }],
    ['sums deeper than a block', { shape: [2, 2, 410], units: 9 }],
  ])('has the values and gradients of cpu: %s', async (_, each) => {
    // TensorFlow.js says that it does not unroll.
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    await expectSame({ kind, shape: [1, 1, 1], units: 1, ...each })
  })

  it.each<[string, number[], Partial<Case>]>([
    ['ragged', [1, 1, 1, 0, 1, 1, 0, 0], {}],
    ['none', [0, 0, 0, 0, 0, 0, 0, 0], {}],
    ['all', [1, 1, 1, 1, 1, 1, 1, 1], {}],
    ['of the beginning, with states', [0, 1, 0, 1, 0, 0, 1, 1], { withStates: true }],
    ['backwards', [1, 0, 1, 1, 0, 1, 1, 1], { options: { goBackwards: true, returnSequences: true, returnState: true } }],
  ])('carries the state past what a mask leaves out: %s', async (_, mask, each) => {
    await expectSame({ kind, shape: [2, 4, 3], units: 5, mask, options: { returnSequences: true }, ...each })
  })

  it.each([
    ['inputs', { dropout: 0.4 }],
    ['states', { recurrentDropout: 0.4 }],
    ['both, of every step, masked', { dropout: 0.2, recurrentDropout: 0.3, returnSequences: true }],
    [
      'by a function of one’s own',
      { dropout: 0.5, dropoutFunc: (x: tf.Tensor, rate: number) => tf.dropout(x, rate, undefined, 3) },
    ],
  ])('drops what the layer would drop: %s', async (name, options) => {
    const mask = name.includes('masked') ? { mask: [1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0] } : {}
    await expectSame({ kind, shape: [3, 4, 7], units: 7, options, training: true, ...mask })
    await expectSame({ kind, shape: [3, 4, 7], units: 7, options, ...mask })
  })

  it('remembers its states from batch to batch where it is stateful', async () => {
    await expectSame({ kind, shape: [2, 3, 4], units: 5, options: { stateful: true }, training: true })
    await expectSame({ kind, shape: [2, 3, 4], units: 5, options: { stateful: true, returnState: true } })
  })

  it('is what cpu makes of it, whatever its sizes', async () => {
    const size = (max: number, min = 1) => fc.integer({ min, max })
    await fc.assert(
      fc.asyncProperty(
        // TensorFlow.js cannot differentiate a single step.
        fc.tuple(size(9), size(5, 2), size(21)),
        size(21),
        fc.boolean(),
        fc.infiniteStream(fc.integer({ min: 0, max: 1 })),
        async (shape, units, goBackwards, bits) => {
          const mask = [...bits.take(shape[0] * shape[1])]
          await expectSame({ kind, shape, units, mask, options: { goBackwards, returnSequences: true } })
        },
      ),
      { numRuns: 4 },
    )
  })

  it('passes NaN on, and takes none from what a mask leaves out', async () => {
    await tf.setBackend('wasm')
    const layer = layers[kind]({ units: 3, ...seeded, returnSequences: true })
    layer.build([1, 3, 2])
    layer.built = true
    const known = (masked: boolean) =>
      tf.tidy(() => {
        const x = tf.tensor3d([1, 2, Number.NaN, 0, 3, 4], [1, 3, 2])
        const mask = masked ? { mask: tf.tensor2d([1, 0, 1], [1, 3], 'bool') } : {}
        const loss = () => tf.sum(layer.call(x, mask) as tf.Tensor) as tf.Scalar
        const { grads } = tf.variableGrads(loss)
        const steps = tf.unstack(layer.call(x, mask) as tf.Tensor, 1)
        return [...steps, ...Object.values(grads)].map(values => values.dataSync().every(Number.isFinite))
      })
    expect(known(true)).not.toContain(false)
    expect(known(false).slice(0, 3)).toEqual([true, false, false])
    expect(known(false).slice(3)).toContain(false)
    free(layer)
  })

  it('can still be differentiated twice', async () => {
    const second = async (backend: string) => {
      await tf.setBackend(backend)
      const layer = layers[kind]({ units: 3, ...seeded, ...(kind !== 'simpleRNN' && { recurrentActivation: 'sigmoid' }) })
      return tf.tidy(() => {
        const inner = tf.grad(x => tf.sum(tf.square(layer.apply(x) as tf.Tensor)))
        const result = tf
          .grad(x => tf.sum(tf.square(inner(x))))(input3d)
          .dataSync()
        free(layer)
        return [...result]
      })
    }
    const input3d = tf.tensor3d([0.3, -0.2, 0.1, 0.5], [1, 2, 2])
    const expected = await second('cpu')
    for (const [i, value] of (await second('wasm')).entries()) expect(value).toBeCloseTo(expected[i]!, 5)
    input3d.dispose()
  })
})

describe('is left to the layer', () => {
  it.each<[string, Kind, object]>([
    ['an activation that the kernels lack', 'lstm', { activation: 'elu' }],
    ['a gate’s', 'gru', { recurrentActivation: 'softplus' }],
  ])('%s', async (_, kind, options) => {
    await expectSame({ kind, shape: [2, 3, 4], units: 5, options }, false)
  })

  it('a stack of cells, and a cell with a call of its own', async () => {
    await tf.setBackend('wasm')
    const runs = countRuns()
    const own = layers.simpleRNNCell({ units: 2, ...seeded })
    own.call = inputs => [0, 1].map(() => (inputs as tf.Tensor[])[1]!)
    const x = tf.ones([1, 3, 2])
    for (const cell of [own, [2, 3].map(units => layers.gruCell({ units, ...seeded }))]) {
      const layer = layers.rnn({ cell })
      tf.dispose(layer.apply(x) as tf.Tensor)
      free(layer)
    }
    expect(runs()).toBe(0)
    const layer = layers.rnn({ cell: layers.gruCell({ units: 2, ...seeded }) })
    tf.dispose(layer.apply(x) as tf.Tensor)
    expect(runs()).toBe(1)
    free(layer)
    x.dispose()
  })
})

it('a network of them trains as it does without the kernels, and memory stays as it is', async () => {
  await tf.setBackend('wasm')
  const train = async () => {
    const rest = { ...seeded, units: 3 }
    const inner = layers.lstm({ ...rest, returnSequences: true }) as layers.RNN
    const model = sequential({
      layers: [
        layers.embedding({
          inputDim: 9,
          outputDim: 4,
          inputLength: 5,
          maskZero: true,
          embeddingsInitializer: seeded.kernelInitializer,
        }),
        layers.bidirectional({ layer: inner, mergeMode: 'concat' }),
        layers.gru({ ...rest, dropout: 0.1 }),
        layers.dense({ units: 1, kernelInitializer: seeded.kernelInitializer }),
      ],
    })
    const optimizer = tf.train.adam(0.05)
    model.compile({ optimizer, loss: 'meanSquaredError' })
    const x = tf.tensor2d([1, 2, 3, 0, 0, 4, 5, 6, 7, 8, 2, 1, 0, 0, 0], [3, 5])
    const y = tf.tensor2d([1, -1, 0], [3, 1])
    let draws = 0
    vi.spyOn(Math, 'random').mockImplementation(() => (++draws * 0.377) % 1)
    const held: unknown[] = []
    const losses: number[] = []
    for (let step = 0; step < 20; step++) {
      losses.push((await model.trainOnBatch(x, y)) as number)
      held.push([tf.memory().numTensors, tf.engine().backend.numDataIds()])
    }
    expect(held.slice(3)).toEqual(held.slice(2, -1))
    tf.dispose([x, y])
    model.dispose()
    optimizer.dispose()
    return losses
  }
  const runs = countRuns()
  const losses = await train()
  // Two layers of which one goes both ways, forward and back; the backward kernel runs once a pass.
  expect(runs()).toBe(20 * 6)
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
  const forward = tf.getKernel(recurrentKernelNames.forward, 'wasm')!
  tf.unregisterKernel(recurrentKernelNames.forward, 'wasm')
  try {
    for (const [i, loss] of (await train()).entries()) expect(Math.abs(loss - losses[i]!)).toBeLessThan(1e-4)
  } finally {
    tf.registerKernel(forward)
  }
})
