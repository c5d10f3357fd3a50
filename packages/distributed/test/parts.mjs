// Trains small kin of the benchmarks' networks for 50 steps: on the ranks that this thread or process is one of, or alone with batches as large.
import { isMainThread, parentPort } from 'node:worker_threads'
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { distributed } from '@onecycle/distributed'
import { Learner, SWA, SyncBatchNorm, simple_cnn } from '@onecycle/learner'
import { initializers, input, layers, model, sequential } from '@tensorflow/tfjs-layers'
import { thisThread } from '../dist/threads/on-threads.js'

const kernel = seed => ({ kernelInitializer: initializers.glorotUniform({ seed }) })
const gru = () =>
  sequential({
    layers: [
      layers.embedding({
        inputDim: 50,
        outputDim: 16,
        inputLength: 12,
        embeddingsInitializer: initializers.randomUniform({ minval: -0.1, maxval: 0.1, seed: 1 }),
      }),
      layers.gru({ units: 16, ...kernel(2), recurrentInitializer: initializers.glorotUniform({ seed: 3 }) }),
      layers.dense({ units: 3, ...kernel(4) }),
    ],
  })
const perceptron = () =>
  sequential({
    layers: [
      layers.dense({ units: 64, activation: 'relu', inputShape: [196], ...kernel(1) }),
      layers.dense({ units: 32, activation: 'relu', ...kernel(2) }),
      layers.dense({ units: 10, ...kernel(3) }),
    ],
  })
/** Batch norms of all kinds: in a model in it, which is called twice, of pixels, without scale, without offset, frozen. */
const norms = () => {
  const x = input({ shape: [12] })
  const inner = sequential({
    layers: [layers.dense({ units: 12, activation: 'tanh', inputShape: [12], ...kernel(1) }), layers.batchNormalization()],
  })
  const twice = inner.apply(inner.apply(x))
  const pixels = layers.reshape({ targetShape: [2, 2, 3] }).apply(twice)
  const scaled = layers.batchNormalization({ axis: 3, scale: false }).apply(pixels)
  const flat = layers.flatten().apply(layers.batchNormalization({ center: false, momentum: 0.5 }).apply(scaled))
  const frozen = layers.batchNormalization({ trainable: false }).apply(flat)
  return model({ inputs: x, outputs: layers.dense({ units: 3, ...kernel(2) }).apply(frozen) })
}

const networks = {
  W1: { shape: [14, 14, 3], classes: 2, build: () => simple_cnn([3, 8, 8, 2], { seed: 1 }), optimizer: 'sgd', lr: 0.05 },
  W3: { shape: [196], classes: 10, build: perceptron, optimizer: 'adam', lr: 1e-3 },
  'W1 with batch norm': {
    ...{ shape: [14, 14, 3], classes: 2, optimizer: 'adam', lr: 1e-3, sync: true },
    build: () => simple_cnn([3, 8, 8, 2], { seed: 1, bn: true }),
  },
  'batch norms': {
    shape: [12],
    classes: 3,
    build: norms,
    optimizer: 'sgd',
    lr: 0.05,
    sync: true,
    weighted: true,
    average: true,
    left: 1,
  },
  GRU: { shape: [12], classes: 3, tokens: 50, build: gru, optimizer: 'adam', lr: 1e-3 },
}

/** Numbers that are the same in each run. */
function numbers(length, of) {
  const values = new Float32Array(length)
  let state = 12345
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    values[i] = of(state / 2 ** 32)
  }
  return values
}

async function train(network, { bs, whole = 16 }, comm) {
  const { shape, classes, tokens, build, optimizer, lr, sync, weighted, average, left = 11 } = networks[network]
  const samples = 49 * whole + left
  const size = shape.reduce((all, each) => all * each, 1)
  const floats = numbers(samples * size, share => (tokens ? Math.floor(share * tokens) : share - 0.5))
  const x = tokens ? Int32Array.from(floats) : floats
  const y = Int32Array.from({ length: samples }, (_, i) => (i * i + (i >> 2)) % classes)
  const weights = weighted && Float32Array.from({ length: samples }, (_, i) => i % 4)
  const split = { valid_pct: 0.1, seed: 3 }
  const data = DataBunch.from_arrays({ x, shape, y, bs, drop_last: false, ...split, ...(weights && { weights }) })
  const learn = new Learner(data, build(), {
    progress: false,
    log: false,
    optimizer,
    metrics: 'accuracy',
    callbacks: sync ? [new SyncBatchNorm()] : [],
    ...(comm && { distributed: comm }),
  })
  const epochs = Math.ceil(50 / learn.n_train_iter)
  const { losses } = await learn.fit_one_cycle(epochs, lr, { callbacks: average ? [new SWA()] : [] })
  const trained = Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])
  return { weights: trained, losses: [...losses], valid: await learn.validate() }
}

/** Those that are named, one after the other: to start takes longer than to train one. */
async function trainAll({ names, ...sizes }, comm) {
  await useBackend({ prefer: 'wasm' })
  const trained = {}
  for (const name of names) trained[name] = await train(name, sizes, comm)
  return trained
}

if (!isMainThread) {
  const { comm, data } = thisThread()
  parentPort.postMessage(await trainAll(data, comm))
} else if (process.argv[2]) {
  const comm = await distributed({ timeout: 120 })
  const result = await trainAll(JSON.parse(process.argv[2]), comm)
  if (comm.rank === comm.size - 1) console.log(JSON.stringify(result))
  await comm.close()
}
