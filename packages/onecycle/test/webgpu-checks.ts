import { DataBunch } from '@onecycle/data'
import {
  adagrad,
  adam,
  cross_entropy,
  Learner,
  type Parameter,
  type RuleFactory,
  rmsprop,
  type SavedParameter,
  sgd,
} from '@onecycle/learner'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers'

/** What programs of ours give on webgpu, against what TensorFlow.js composes on its plain backend. */

type Values = readonly ArrayLike<number>[]

/** Numbers from -1 to 1 that are the same everywhere. */
function numbers(size: number, seed: number): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
}

const input = (shape: number[], seed = 1, scale = 1) =>
  tf.tensor(
    numbers(tf.util.sizeFromShape(shape), seed).map(x => x * scale),
    shape,
  )

/** A layer, with the same weights on every run. */
function layer(made: layers.Layer, shape: (number | null)[]): (x: tf.Tensor) => tf.Tensor {
  made.build(shape)
  tf.tidy(() => {
    const fresh = made.getWeights().map(({ shape }, i) => input(shape, 50 + i, 0.5))
    made.setWeights(fresh.map((values, i) => (/gamma|variance/.test(made.weights[i]!.name) ? tf.add(values, 1) : values)))
  })
  return x => made.apply(x, { training: true }) as tf.Tensor
}

type Layer = Parameters<typeof layer>[0]
type Forward = (x: tf.Tensor) => tf.Tensor

/** What a program gives, and its gradients by its input and by all weights, with an uneven gradient coming from above. */
const both = (make: () => Forward, shape: number[], scale = 1) => {
  return () => {
    const forward = make()
    const x = input(shape, 3, scale)
    const variable = tf.variable(x)
    const { value, grads } = tf.variableGrads(() => {
      const y = forward(variable)
      return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 7), y.shape))) as tf.Scalar
    })
    const names = Object.keys(grads).sort((a, b) => Number(a === variable.name) - Number(b === variable.name) || (a < b ? -1 : 1))
    return [forward(x), value, ...names.map(name => grads[name]!)]
  }
}

const activated = (activation: Parameters<typeof layers.activation>[0]['activation']): (() => Forward) => {
  const made = layers.activation({ activation })
  return () => x => made.apply(x) as tf.Tensor
}

const inLayer = (made: Layer, shape: (number | null)[]): (() => Forward) => {
  let run: Forward | undefined
  return () => {
    run ??= layer(made, shape)
    return run
  }
}

const loss = (shape: number[], target: () => tf.Tensor) => () => {
  const found = tf.valueAndGrad(x => cross_entropy(x, target()) as tf.Tensor)(input(shape, 5, 3))
  return [found.value, found.grad]
}

const classes = (shape: number[], count: number) =>
  tf.tensor(
    Int32Array.from(numbers(tf.util.sizeFromShape(shape), 9), x => Math.floor(((x + 1) / 2) * count)),
    shape,
    'int32',
  )

const shares = (rows: number, count: number) => tf.mul(tf.softmax(input([rows, count], 11, 4)), 1.25)

const conv = (options: object) => layers.conv2d({ filters: 5, kernelSize: 3, ...options })

/** Of each, what is made on the backend in use. */
const programs: Record<string, () => tf.Tensor[]> = {
  relu: both(() => tf.relu, [3, 71]),
  relu6: both(() => tf.relu6, [400], 8),
  'leaky relu': both(() => x => tf.leakyRelu(x, 0.1), [400]),
  elu: both(() => tf.elu, [400]),
  selu: both(() => tf.selu, [400]),
  softplus: both(() => tf.softplus, [400]),
  sigmoid: both(() => tf.sigmoid, [400], 4),
  tanh: both(() => tf.tanh, [400], 2),
  erf: both(() => tf.erf, [400]),
  square: both(() => tf.square, [400]),
  swish: both(activated('swish'), [2, 300], 4),
  gelu_new: both(activated('gelu_new' as 'gelu'), [2, 300], 4),
  'sum of the middle axis': both(() => x => tf.sum(x, 1), [4, 5, 6]),
  'mean of two axes': both(() => x => tf.mean(x, [1, 2]), [3, 4, 5, 6]),
  'mean of the middle axes, kept': both(() => x => tf.mean(x, [1], true), [3, 4, 5, 6]),
  'mean of many': both(() => x => tf.mean(x, [1, 2]), [2, 20, 20, 3]),
  'mean of the first axis': both(() => x => tf.mean(x, 0), [7, 9]),
  'mean of all': both(() => x => tf.mul(tf.mean(x), tf.scalar(2)), [7, 9]),
  'cross-entropy of classes': loss([37, 10], () => classes([37], 10)),
  'cross-entropy of shares': loss([37, 10], () => shares(37, 10)),
  'cross-entropy of many classes': loss([90, 300], () => classes([90], 300)),
  'cross-entropy of many shares': loss([90, 200], () => shares(90, 200)),
  'cross-entropy of pixels': loss([2, 60, 70, 3], () => classes([2, 60, 70], 3)),
  'a dense layer': both(inLayer(layers.dense({ units: 7, activation: 'relu' }), [null, 19]), [33, 19]),
  'a dense layer of a long sum': both(inLayer(layers.dense({ units: 40 }), [null, 70]), [2100, 70]),
  'a dense layer without bias': both(
    inLayer(layers.dense({ units: 65, useBias: false, activation: 'relu' }), [null, 66]),
    [700, 66],
  ),
  'a dense layer of steps': both(inLayer(layers.dense({ units: 6, activation: 'tanh' }), [null, 5, 8]), [4, 5, 8]),
  'a convolution': both(inLayer(conv({ padding: 'same', activation: 'relu' }), [null, 9, 11, 3]), [4, 9, 11, 3]),
  'a convolution with strides': both(inLayer(conv({ strides: 2, activation: 'relu' }), [null, 12, 13, 4]), [9, 12, 13, 4]),
  'a convolution without bias': both(
    inLayer(conv({ filters: 20, padding: 'same', strides: [2, 1], useBias: false }), [null, 16, 16, 8]),
    [6, 16, 16, 8],
  ),
  'a convolution of 1x1': both(inLayer(conv({ kernelSize: 1, activation: 'relu' }), [null, 8, 8, 6]), [5, 8, 8, 6]),
  'batch norm of images': both(inLayer(layers.batchNormalization({ epsilon: 1e-5 }), [null, 9, 8, 20]), [16, 9, 8, 20], 3),
  'batch norm of many channels': both(inLayer(layers.batchNormalization(), [null, 4, 4, 130]), [3, 4, 4, 130]),
  'batch norm of rows': both(inLayer(layers.batchNormalization(), [null, 13]), [40, 13]),
  'the largest in windows': both(() => x => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), [3, 8, 9, 5]),
  'the largest in windows that overlap': both(() => x => tf.maxPool(x as tf.Tensor4D, [3, 2], [2, 1], 'same'), [3, 8, 9, 5]),
  'the largest of many that are the same': both(() => x => tf.maxPool(tf.relu(x) as tf.Tensor4D, 3, 2, 'same'), [2, 9, 9, 4]),
}

async function valuesOf(make: () => tf.Tensor[]): Promise<Values> {
  const made = tf.tidy(make)
  try {
    return await Promise.all(made.map(async tensor => (await tensor.data()).slice()))
  } finally {
    tf.dispose(made)
  }
}

/** The largest difference, in parts of the largest value of its tensor; infinite where there is a number and none. */
function apart(expected: Values, found: Values): number {
  let worst = expected.length === found.length ? 0 : Number.POSITIVE_INFINITY
  for (const [i, values] of expected.entries()) {
    const own = found[i] ?? []
    let [largest, most] = [1e-3, values.length === own.length ? 0 : Number.POSITIVE_INFINITY]
    for (let j = 0; j < values.length; j++) {
      const difference = Math.abs(values[j]! - own[j]!)
      largest = Math.max(largest, Math.abs(values[j]!))
      most = Math.max(
        most,
        Number.isNaN(difference) && !Object.is(values[j], own[j]) ? Number.POSITIVE_INFINITY : difference || 0,
      )
    }
    worst = Math.max(worst, most / largest)
  }
  return worst
}

async function onBoth(run: () => Promise<Values>): Promise<number> {
  await tf.setBackend('cpu')
  const expected = await run()
  await tf.setBackend('webgpu')
  return apart(expected, await run())
}

const rules: Record<string, RuleFactory> = {
  sgd: sgd({ wd: 0.1 }),
  'sgd with momentum': sgd({ mom: 0.9, wd: 0.1, decouple_wd: false }),
  adam: adam({ wd: 0.1 }),
  'adam with L2': adam({ wd: 0.1, decouple_wd: false }),
  rmsprop: rmsprop({ wd: 0.1 }),
  'rmsprop with momentum': rmsprop({ mom: 0.9 }),
  'rmsprop of torch': rmsprop({ mom: 0.9, convention: 'torch' }),
  adagrad: adagrad({ wd: 0.1 }),
  'amsgrad, which is composed': adam({ amsgrad: true }),
}

/** What five parameters and all that is remembered of them are after three steps, in the second of which one has no gradient. */
async function stepped(rule: RuleFactory): Promise<Values> {
  const shapes = [[3, 4], [1], [700], [2, 2, 2], [5]]
  const parameters = shapes.map(
    (shape, i): Parameter => ({
      name: `p${i}`,
      variable: tf.tidy(() => tf.variable(input(shape, 20 + i))),
      kind: i === 1 ? 'bias' : 'weight',
    }),
  )
  // A clone stays as it was.
  const clone = tf.clone(parameters[2]!.variable)
  const optimizer = rule([parameters.slice(0, 2), parameters.slice(2)])
  optimizer.set('lr', [0.1, 0.02])
  for (const step of [0, 1, 2]) {
    const grads = Object.fromEntries(
      parameters
        .filter((_, i) => step !== 1 || i !== 3)
        .map(({ name, variable }, i) => [name, input(variable.shape, 31 * step + i)]),
    )
    optimizer.step(grads)
    tf.dispose(grads)
    // What was read before a step is not what there is after it.
    await parameters[0]!.variable.data()
  }
  const state = Object.values((await optimizer.state()).parameters).flatMap(({ slots }: SavedParameter) =>
    Object.values(slots).map(({ values }) => values),
  )
  const values = await Promise.all(
    [...parameters.map(({ variable }) => variable), clone].map(async each => (await each.data()).slice()),
  )
  optimizer.dispose()
  tf.dispose([clone, ...parameters.map(({ variable }) => variable)])
  return [...values, ...state]
}

const networks: Record<string, { shape: number[]; make: () => LayersModel }> = {
  'a convolutional network': {
    shape: [12, 12, 2],
    make: () =>
      sequential({
        layers: [
          layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', useBias: false, inputShape: [12, 12, 2] }),
          layers.batchNormalization(),
          layers.activation({ activation: 'relu' }),
          layers.maxPooling2d({ poolSize: 2 }),
          layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, activation: 'relu' }),
          layers.globalAveragePooling2d({}),
          layers.dense({ units: 4 }),
        ],
      }),
  },
  'a network of dense layers': {
    shape: [20],
    make: () =>
      sequential({
        layers: [
          layers.dense({ units: 16, activation: 'relu', inputShape: [20] }),
          layers.batchNormalization(),
          layers.dense({ units: 12, activation: 'sigmoid' }),
          layers.dense({ units: 4 }),
        ],
      }),
  },
}

/** The losses of some steps of a Learner, with a smaller batch at the end of each pass, the weights after them, and what is left behind. */
async function trained(name: string, rule: RuleFactory): Promise<{ values: Values; left: number }> {
  const { shape, make } = networks[name]!
  const tensors = tf.memory().numTensors
  const model = make()
  tf.tidy(() =>
    model.setWeights(
      model.weights.map((weight, i) => {
        const fresh = input(weight.shape as number[], i + 1, 0.3)
        return /gamma|variance/.test(weight.name) ? tf.add(fresh, 1) : fresh
      }),
    ),
  )
  const y = Int32Array.from({ length: 40 }, (_, i) => i % 4)
  const data = DataBunch.from_arrays({
    x: numbers(40 * tf.util.sizeFromShape(shape), 77),
    shape,
    y,
    bs: 16,
    seed: 1,
    drop_last: false,
  })
  const losses: number[] = []
  const learn = new Learner(data, model, { loss: cross_entropy, optimizer: rule, progress: false })
  const note = { after_batch: ({ lossValue, training }: Learner) => void (training && losses.push(lossValue)) }
  await learn.fit(0.02, 2, { callbacks: [note] })
  const weights = await Promise.all(model.weights.map(async weight => (await weight.read().data()).slice()))
  learn.dispose()
  model.dispose()
  return { values: [losses, ...weights], left: tf.memory().numTensors - tensors }
}

export interface Found {
  readonly name: string
  readonly error: number
}

/** A fit on webgpu, which has all programs of ours in their places. */
export async function begin(): Promise<void> {
  await tf.setBackend('webgpu')
  await trained('a network of dense layers', sgd())
}

/** How many buffers the device binds, and its adapter can. */
export async function buffersBound(): Promise<[device: number, adapter: number]> {
  const name = 'maxStorageBuffersPerShaderStage'
  const { device } = tf.backend() as unknown as { device: { limits: Record<string, number> } }
  const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<typeof device> } }
  return [device.limits[name]!, (await gpu.requestAdapter()).limits[name]!]
}

export async function checkPrograms(): Promise<Found[]> {
  const found: Found[] = []
  for (const [name, program] of Object.entries(programs)) found.push({ name, error: await onBoth(() => valuesOf(program)) })
  return found
}

export async function checkRules(): Promise<Found[]> {
  const found: Found[] = []
  for (const [name, rule] of Object.entries(rules)) found.push({ name, error: await onBoth(() => stepped(rule)) })
  return found
}

export async function checkNetworks(): Promise<(Found & { left: number; memory: number })[]> {
  const found: (Found & { left: number; memory: number })[] = []
  for (const name of Object.keys(networks)) {
    for (const rule of [sgd({ mom: 0.9 }), adam()]) {
      await tf.setBackend('cpu')
      const expected = await trained(name, rule)
      await tf.setBackend('webgpu')
      await trained(name, rule)
      const before = bytesInUse()
      const { values, left } = await trained(name, rule)
      found.push({
        name: `${name}, ${rule.rule.name}`,
        error: apart(expected.values, values),
        left,
        memory: bytesInUse() - before,
      })
    }
  }
  return found
}

/** Dropout's mask is of the right size, repeats by its seed, and what comes back goes through the same one. */
export async function checkDropout(): Promise<{ kept: number; repeats: boolean; other: boolean; sameOnTheWayBack: boolean }> {
  await tf.setBackend('webgpu')
  const masked = async (seed: number) => {
    const made = tf.tidy(() => {
      const x = tf.ones([200, 100])
      const { random } = Math
      Math.random = () => seed
      try {
        const { value, grad } = tf.valueAndGrad(x => {
          return tf.mul(layers.dropout({ rate: 0.3 }).apply(x, { training: true }) as tf.Tensor, 2)
        })(x)
        return [value, grad]
      } finally {
        Math.random = random
      }
    })
    const values = await Promise.all(made.map(async each => [...(await each.data())]))
    tf.dispose(made)
    return values as [number[], number[]]
  }
  const [y, dx] = await masked(0.25)
  const [again] = await masked(0.25)
  const [other] = await masked(0.7)
  return {
    kept: y.filter(x => x !== 0).length / y.length,
    repeats: y.every((x, i) => x === again[i]),
    other: y.some((x, i) => x !== other[i]),
    sameOnTheWayBack: y.every((x, i) => x === dx[i]),
  }
}

function bytesInUse(): number {
  return (tf.memory() as { numBytesInGPU?: number }).numBytesInGPU ?? 0
}
