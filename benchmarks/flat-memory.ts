// Whether memory stays flat over 10,000 steps of each network: tensors, their bytes, the wasm heap, and JavaScript's heap and external memory after
// a collection. npx tsx --expose-gc benchmarks/flat-memory.ts [--steps 10000] [--batch 2] [WORKLOAD …]
// A small batch runs the same layers and kernels in minutes, where a network's own would take an hour.
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { CancelFit } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { train } from './train.js'
import { workloadsOf } from './workloads.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '10000' }, batch: { type: 'string' } },
})
const steps = Number(values.steps)
const chosen = workloadsOf(positionals.length > 0 ? positionals : undefined).map(workload => ({
  ...workload,
  batch: Number(values.batch ?? workload.batch),
}))
if (!globalThis.gc) throw new Error('npx tsx --expose-gc benchmarks/flat-memory.ts: what was not collected yet would be counted.')

await useBackend({ prefer: 'wasm', log: false })

const memory = () => {
  globalThis.gc!()
  const { numTensors, numBytes } = tf.memory()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  const wasm = (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
  return { tensors: numTensors, bytes: numBytes, wasm, heap: heapUsed, outside: external + arrayBuffers }
}

let grew = false
for (const workload of chosen) {
  let step = 0
  let first: ReturnType<typeof memory> | undefined
  let last: ReturnType<typeof memory> | undefined
  await train(workload, Number.POSITIVE_INFINITY, () => {
    step++
    if (step === steps / 10) first = memory()
    if (step < steps) return
    last = memory()
    throw new CancelFit()
  })
  const [before, after] = [first!, last!]
  const more = (key: keyof typeof before) => after[key] - before[key]
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  grew ||= more('tensors') > 0 || more('bytes') > 0 || more('wasm') > 0
  console.log(
    `${workload.name.padEnd(5)} batch ${workload.batch}, steps ${steps / 10} to ${steps}: tensors ${before.tensors} and ${after.tensors}, wasm ${mb(before.wasm)} and ${mb(after.wasm)}, ` +
      `heap ${mb(before.heap)} and ${mb(after.heap)}, outside it ${mb(before.outside)} and ${mb(after.outside)}`,
  )
}
if (grew) process.exitCode = 1
