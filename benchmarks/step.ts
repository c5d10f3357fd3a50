// One measurement in a process of its own, so that heaps are fresh: node --import tsx step.ts ours|stock|native|composed WORKLOAD SECONDS [THREADS] [share]
import { useBackend } from '@onecycle/backend'
import { accelerators } from '@onecycle/backend/internal'
import { restoreStockKernels } from '@onecycle/backend/wasm'
import { ArrayDataset } from '@onecycle/data'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { inputTensors, targetTensor } from './stock-tensors.js'
import { BATCHES, train } from './train.js'
import { leastAndMedian, processorTime } from './turns.js'
import { useNative } from './use-native.js'
import { type Workload, workloads } from './workloads.js'
import { wrapKernels } from './wrap-kernels.js'

export interface Measured {
  /** Milliseconds of each step, warm-up left out. */
  readonly times: number[]
  /** The same of the processor, of all threads: other programs on the machine disturb it less. */
  readonly cpu: number[]
  /** Bytes of the wasm heap at the end, which never shrinks; 0 where there is none. */
  readonly heap: number
  /** Where the time goes; only where asked for. */
  readonly shares?: Shares
}

/** Parts of a step's time. */
export interface Shares {
  /** In copying the batch out of the data set. */
  readonly gathering: number
  /** Neither in that nor in kernels: JavaScript, TensorFlow.js's engine and ours. */
  readonly rest: number
}

/** Steps of `model.fit` as TensorFlow.js has it. */
async function stock(workload: Workload, seconds: number, onBatch: () => void): Promise<void> {
  restoreStockKernels()
  const { batch, optimizer, classes } = workload
  const given = workload.samples(BATCHES * batch)
  const model = workload.build()
  model.compile({
    optimizer: optimizer.kind === 'sgd' ? tf.train.momentum(optimizer.lr, 0.9) : tf.train.adam(optimizer.lr),
    loss: (labels, logits) => tf.losses.softmaxCrossEntropy(labels, logits),
  })
  const end = performance.now() + 1000 * seconds
  const onBatchEnd = async () => {
    onBatch()
    if (performance.now() > end) model.stopTraining = true
  }
  await model.fit(inputTensors(given), targetTensor(given, classes), {
    batchSize: batch,
    epochs: 100_000,
    verbose: 0,
    callbacks: { onBatchEnd },
  })
}

/** Adds up the time spent in functions; where they call each other, once. */
function stopwatch() {
  let total = 0
  let depth = 0
  return {
    total: () => total,
    timed<Self, Args extends unknown[], Result>(run: (this: Self, ...args: Args) => Result) {
      return function (this: Self, ...args: Args): Result {
        const began = performance.now()
        depth++
        try {
          return run.apply(this, args)
        } finally {
          if (--depth === 0) total += performance.now() - began
        }
      }
    },
  }
}

function timeKernels(): () => number {
  const { timed, total } = stopwatch()
  wrapKernels(
    (_, run) => timed(run),
    (_, update) => timed(update),
  )
  return total
}

function timeGathering(): () => number {
  const { timed, total } = stopwatch()
  ArrayDataset.prototype.batch = timed(ArrayDataset.prototype.batch)
  return total
}

const [how, name, seconds, threads = '1', share] = process.argv.slice(2)
const workload = workloads.find(candidate => candidate.name === name)
if (!workload) throw new Error(`No workload ${name}: there are ${workloads.map(each => each.name).join(', ')}.`)
const onTensorFlow = how === 'native' || how === 'composed'
if (onTensorFlow) await useNative(Number(threads))
else await useBackend({ prefer: 'wasm', threads: Number(threads), log: false })
// Layers and optimizers as TensorFlow.js composes them.
if (how === 'composed') Object.assign(accelerators, { tensorflow: async () => ({ steps: () => false }) })
const clocks = share ? [timeKernels(), timeGathering()] : []
const times: number[] = []
const cpu: number[] = []
const spent: number[][] = []
let last = performance.now()
// Asking for it takes as long as a small kernel, which would be taken for JavaScript's.
const clock = share ? () => 0 : processorTime
let used = clock()
await (how === 'stock' ? stock : train)(workload, Number(seconds), () => {
  const [now, usedNow] = [performance.now(), clock()]
  times.push(now - last)
  cpu.push(usedNow - used)
  spent.push(clocks.map(total => total()))
  last = now
  used = usedNow
})
const warm = Math.floor(times.length / 4)
const measured: Measured = {
  times: times.slice(warm),
  cpu: cpu.slice(warm),
  heap: onTensorFlow ? 0 : (tf.backend() as BackendWasm as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length,
  ...(share && { shares: sharesOf(times.slice(warm + 1), spent.slice(warm)) }),
}
/** Of the step in the middle: what interrupts some steps on a busy machine is a part of none. */
function sharesOf(steps: readonly number[], clocks: readonly number[][]): Shares {
  const parts = steps.map((time, i) => {
    const [kernels, gathering] = clocks[i + 1]!.map((total, clock) => (total - clocks[i]![clock]!) / time) as [number, number]
    return { gathering, rest: 1 - kernels - gathering }
  })
  const middle = (of: (part: Shares) => number) => leastAndMedian(parts.map(of))[1]
  return { gathering: middle(part => part.gathering), rest: middle(part => part.rest) }
}

// Ending at once would cut off what the pipe has not taken yet.
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0))
