// Whether a backend computes what it should, and how long its training steps take beside wasm's on the same machine:
// npx tsx benchmarks/gpu.ts [--backend webgpu] [--json FILE] [--seconds 3] [--only W1,W5] [--threads 1]
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { type Callback, CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { cross_entropy, Learner } from '@onecycle/learner'
import { writeWhole } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { conv2d, type Definition, matMul, sum } from '../packages/backend/src/testing/definitions.js'
import { samples } from './samples.js'
import { train } from './train.js'
import { leastAndMedian } from './turns.js'
import { large, type Workload, workloads, workloadsOf } from './workloads.js'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { backend: text, json: text, seconds: text, only: text, threads: text } })
const { backend: name = 'webgpu', json, seconds = '3', only, threads = '1' } = values
const chosen = workloadsOf(only?.split(','), [...workloads, large])

const machine = `${cpus()[0]?.model ?? 'unknown processor'} x ${cpus().length}, Node ${process.version}`
const { version, detail } = await useBackend({ prefer: name, log: false })
console.log(`${machine}\n${name} ${version}: ${detail}`)
const result = {
  machine,
  backend: { name, version, detail },
  kernels: [] as object[],
  gradients: [] as object[],
  steps: [] as object[],
}

/** What was found so far: a device that hangs takes the process with it. */
const note = () => json && writeWhole(json, `${JSON.stringify(result, null, 2)}\n`)

/** Sizes for each of the ways in which WebGPU multiplies matrices, images whose rows do and do not come in fours, and long sums. */
const definitions: Definition[] = [
  matMul(5, 7, 3, [false, false]),
  matMul(37, 65, 29, [true, false], 3),
  matMul(64, 2500, 40, [false, true]),
  matMul(200, 128, 330, [true, true]),
  ...Object.values(conv2d([4, 9, 11, 3], [3, 3, 3, 16], [2, 2], 'same')),
  ...Object.values(conv2d([4, 12, 12, 16], [3, 3, 16, 32], [1, 1], 'same')),
  ...Object.values(conv2d([2, 9, 10, 5], [3, 2, 5, 7], [2, 1], 'valid')),
  ...Object.values(conv2d([3, 8, 8, 8], [1, 1, 8, 4], [1, 1], 'same')),
  sum(3, 5000, 4),
]

console.log('\nLargest error of kernels, in parts of the largest value; against their definitions in float64')
for (const definition of definitions) {
  const inputs = definition.shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))
  const y = tf.tidy(() => definition.program(...inputs.map((input, i) => tf.tensor(input.slice(), definition.shapes[i]))))
  const error = apart(definition.reference(...inputs.map(input => Float64Array.from(input))), await y.data())
  y.dispose()
  result.kernels.push({ name: definition.name, error })
  console.log(`${error.toExponential(1)}  ${definition.name}`)
}
await note()

console.log(
  '\nLargest error of gradients, likewise; in brackets what a change of the images in their last bit does on the other backend',
)
for (const workload of chosen) {
  // The plain backend takes minutes for large batches; wasm is held against it by the tests.
  for (const [reference, batch] of [['cpu', 4] as const, ['wasm', 64] as const].slice(workload === large ? 1 : 0)) {
    await useBackend({ prefer: reference, log: false })
    const model = workload.build()
    const expected = await gradients(workload, batch, model)
    // Where two numbers of a window are almost equal, the last bit decides which of them the gradient goes to.
    const shaken = largestOf(expected, await gradients(workload, batch, model, 2 ** -23))
    // The weights move to the other backend when it first needs them.
    await useBackend({ prefer: name, log: false })
    const found = await gradients(workload, batch, model)
    const again = await gradients(workload, batch, model)
    const error = largestOf(expected, found)
    const repeats = found.every((values, i) => values.every((value, j) => Object.is(value, again[i]![j])))
    model.dispose()
    result.gradients.push({ name: workload.name, reference, batch, error, shaken, repeats })
    const against = `batch of ${batch} against ${reference}`
    const line = [error.toExponential(1), workload.name.padEnd(4), against, `(${shaken.toExponential(1)})`]
    console.log(`${line.join('  ')}${repeats ? '' : ', does not repeat'}`)
    await note()
  }
}

console.log(`\nMilliseconds of a training step, minimum / median; MiB of the device; tensors left behind, which should be 0`)
for (const backend of new Set([name, 'wasm'])) {
  const options = backend === 'wasm' ? { threads: Number(threads) } : {}
  const { line } = await useBackend({ prefer: backend, log: false, ...options })
  console.log(line)
  for (const workload of chosen) {
    const { name, what, batch } = workload
    try {
      const figures = await measure(workload)
      result.steps.push({ backend, name, what, batch, ...figures })
      const [min, median, MiB] = [figures.min, figures.median, figures.bytes / 2 ** 20].map(each =>
        each.toFixed(each < 20 ? 2 : 0),
      )
      console.log(`${name.padEnd(4)}  ${min} / ${median}   ${MiB} MiB   ${figures.left} left`)
    } catch (error) {
      const fails = (error as Error).message
      result.steps.push({ backend, name, what, batch, fails })
      console.log(`${name.padEnd(4)}  fails: ${fails}`)
    }
    await note()
  }
}

async function measure(workload: Workload) {
  const before = tf.memory().numTensors
  const times: number[] = []
  let last = performance.now()
  let bytes = 0
  await train(workload, Number(seconds), () => {
    const now = performance.now()
    times.push(now - last)
    last = now
    bytes = (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? 0
  })
  const [min, median] = leastAndMedian(times.slice(Math.max(1, Math.floor(times.length / 4))))
  const left = tf.memory().numTensors - before
  return { first: times[0]!, min, median, steps: times.length, bytes, left }
}

/** Of the loss by each weight, as the Learner computes them, and the loss itself. */
async function gradients(workload: Workload, batch: number, model: ReturnType<Workload['build']>, change = 0) {
  const { x, ...rest } = workload.samples(batch)
  const changed = x instanceof Float32Array ? x.map((value, i) => value * (1 + change * ((i % 3) - 1))) : x
  const data = DataBunch.from_arrays({ x: changed, ...rest, bs: batch, seed: 1 })
  const learn = new Learner(data, model, { loss: cross_entropy, progress: false })
  const found: Float32Array[] = []
  const read: Callback<Learner> = {
    async after_backward({ grads, lossValue }) {
      found.push(Float32Array.of(lossValue))
      for (const { name } of learn.trained) found.push((await grads[name]!.data<'float32'>()).slice())
      throw new CancelFit()
    },
  }
  await learn.fit(1e-3, 1, { callbacks: [read] })
  learn.dispose()
  return found
}

function largestOf(expected: Float32Array[], found: Float32Array[]): number {
  return Math.max(...expected.map((values, i) => apart(values, found[i]!)))
}

/** The largest difference, in parts of the largest value. */
function apart(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  let [largest, most] = [1e-3, 0]
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    const difference = Math.abs(expected[i]! - found[i]!)
    most = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference)
  }
  return most / largest
}

/** In [-1, 1), the same on every run. */
function numbers(count: number, seed: number): Float32Array {
  return samples(1, [count], 1 + seed).x
}
