// Where a step's time goes, kernel by kernel, by the processor's time: npx tsx benchmarks/kernels.ts WORKLOAD [--seconds 3] [--shapes]
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { trainingKernels } from '@onecycle/backend/wasm'
import type { FusedUpdate } from '@onecycle/backend/wasm/internal'
import type * as tf from '@tensorflow/tfjs-core'
import { train } from './train.js'
import { leastAndMedian, processorTime } from './turns.js'
import { workloads } from './workloads.js'
import { wrapKernels } from './wrap-kernels.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '3' }, shapes: { type: 'boolean' } },
})
const workload = workloads.find(({ name }) => name === positionals[0])
if (!workload) throw new Error(`No workload ${positionals[0]}: there are ${workloads.map(({ name }) => name).join(', ')}.`)

/** Of each name, milliseconds and calls of the step that runs. */
let step = new Map<string, { time: number; calls: number }>()
const steps: (typeof step)[] = []
/** Time of the kernels within the one that runs, which is not its own. */
let inner = 0

function timed<Args extends unknown[], Result>(name: (...args: Args) => string, run: (...args: Args) => Result) {
  return (...args: Args): Result => {
    const outer = inner
    inner = 0
    const began = processorTime()
    try {
      return run(...args)
    } finally {
      const all = processorTime() - began
      const key = name(...args)
      const entry = step.get(key) ?? { time: 0, calls: 0 }
      step.set(key, { time: entry.time + all - inner, calls: entry.calls + 1 })
      inner = outer + all
    }
  }
}

const shapesOf = (inputs: object) =>
  Object.values(inputs)
    .map(input => (input as tf.TensorInfo | undefined)?.shape)
    .map(shape => (shape ? `[${shape}]` : '-'))
    .join(' ')

await useBackend({ prefer: 'wasm' })
const ours = new Map(trainingKernels().map(({ kernelName, origin }) => [kernelName, origin]))
wrapKernels(
  (kernelName, kernelFunc) => {
    const run = kernelFunc as (args: { inputs: object }) => tf.TensorInfo
    const named = ({ inputs }: { inputs: object }) =>
      `${kernelName} (${ours.get(kernelName) ?? 'stock'})${values.shapes ? ` ${shapesOf(inputs)}` : ''}`
    return timed(named, run) as unknown as tf.KernelFunc
  },
  (rule, update) => timed<Parameters<FusedUpdate>, boolean>(() => `optimizer: ${rule} (compiled)`, update),
)

let last = processorTime()
const wholes: number[] = []
await train(workload, Number(values.seconds), () => {
  wholes.push(processorTime() - last)
  steps.push(step)
  step = new Map()
  last = processorTime()
})
const median = (list: readonly number[]) => leastAndMedian(list)[1]
const warm = Math.floor(steps.length / 4)
const whole = median(wholes.slice(warm))
const names = [...new Set(steps.slice(warm).flatMap(each => [...each.keys()]))]
const rows = names
  .map(name => {
    const of = (what: 'time' | 'calls') => median(steps.slice(warm).map(each => each.get(name)?.[what] ?? 0))
    return { name, time: of('time'), calls: of('calls') }
  })
  .sort((a, b) => b.time - a.time)
const kernels = rows.reduce((sum, { time }) => sum + time, 0)
const line = (time: number, name: string) =>
  console.log(`${((100 * time) / whole).toFixed(1).padStart(5)} %  ${time.toFixed(3).padStart(8)} ms  ${name}`)
console.log(
  `${workload.name}: ${whole.toFixed(2)} ms of the processor a step, the median of ${steps.length - warm}; medians of each kernel's part`,
)
for (const { name, time, calls } of rows) if (time > 0.002 * whole) line(time, `${name} x ${calls}`)
line(whole - kernels, 'JavaScript: what is no kernel')
