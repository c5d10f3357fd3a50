// What a training step asks of a GPU, and how long JavaScript takes to ask, on a device that computes nothing; needs no GPU:
// npx tsx benchmarks/webgpu-steps.ts [--only W1,W3,W4] [--seconds 3] [--stock] [--list] [--buffers 8] [--json FILE]     (node scripts/tools.mjs webgpu fetches the backend)
import { parseArgs } from 'node:util'
import { accelerators } from '@onecycle/backend/internal'
import { writeWhole } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { registerCounting } from '../packages/backend/src/testing/counting-gpu.js'
import { mendMatMul, quickenFilterGradient } from '../packages/backend/src/webgpu/index.js'
import { train } from './train.js'
import { leastAndMedian } from './turns.js'
import { workloadsOf } from './workloads.js'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const { values } = parseArgs({ options: { only: text, seconds: text, json: text, stock: flag, list: flag, buffers: text } })
const { only = 'W1,W1bn,W3,W4,W11', seconds = '3', json, stock = false, list = false, buffers = '8' } = values
const chosen = workloadsOf(only.split(','))

const { findTool } = await import(new URL('../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('webgpu') as { folder?: string; missing?: string }
if (!folder) throw new Error(missing)
const device = registerCounting(folder)
// WebGPU promises eight to a program; most adapters have more.
device.limits.maxStorageBuffersPerShaderStage = Number(buffers)
await tf.setBackend('webgpu')
mendMatMul()
quickenFilterGradient()

// What TensorFlow.js composes, and the passes as they are written.
if (stock) {
  accelerators.webgpu = async () => ({ steps: () => false, StepRecording: undefined })
  Object.assign(tf.engine(), { runKernelFunc: Reflect.get(tf.engine(), 'runKernelFunc') })
}

/** Of the first steps, which compile and remember. */
const warmUp = 10

console.log('Of a step; milliseconds of JavaScript are minimum / median\n')
console.log('      programs  bind groups  writes  buffers  submits  pipelines in all  JavaScript      tensors left')
const results: object[] = []
for (const workload of chosen) {
  const before = tf.memory().numTensors
  const times: number[] = []
  let last = performance.now()
  let pipelines = 0
  let names: readonly string[] = []
  device.countAnew()
  await train(workload, Number(seconds), () => {
    const now = performance.now()
    if (times.push(now - last) === warmUp) {
      pipelines = device.counts.pipelines
      names = device.names ?? []
      device.names = undefined
      device.countAnew()
    }
    if (list && times.length === warmUp - 1) device.names = []
    last = performance.now()
  })
  const { name } = workload
  const steps = times.length - warmUp
  const { programs, bindGroups, writes, buffers, submits } = device.counts
  const [least, median] = leastAndMedian(times.slice(warmUp))
  const left = tf.memory().numTensors - before
  const each = Object.fromEntries(
    Object.entries({ programs, bindGroups, writes, buffers, submits }).map(([what, count]) => [what, count / steps]),
  )
  results.push({ name, ...each, pipelines: pipelines + device.counts.pipelines, least, median, left })
  const columns = [programs, bindGroups, writes, buffers, submits].map((count, i) =>
    (count / steps).toFixed(1).padStart([8, 11, 6, 7, 7][i]!),
  )
  const time = `${least.toFixed(2)} / ${median.toFixed(2)}`.padEnd(14)
  const all = String(pipelines + device.counts.pipelines).padStart(16)
  console.log(`${name.padEnd(4)}  ${columns.join('  ')}  ${all}  ${time}  ${left}`)
  if (list) console.log(names.map(program => `      ${program}`).join('\n'))
}
if (json) await writeWhole(json, `${JSON.stringify(results, null, 2)}\n`)
