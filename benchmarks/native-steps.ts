// Which of TensorFlow's operations a training step on tfjs-node consists of, and how its time is shared among them; needs
// @tensorflow/tfjs-node in this project (npx onecycle native install), or in the cache of node scripts/tools.mjs:
// npx tsx benchmarks/native-steps.ts [--only W1,W3] [--steps 200] [--threads 1] [--each]     (--each: one by one, and not as a graph)
import { parseArgs } from 'node:util'
import { accelerators } from '@onecycle/backend/internal'
import { CancelFit } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { train } from './train.js'
import { leastAndMedian } from './turns.js'
import { useNative } from './use-native.js'
import { workloadsOf } from './workloads.js'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { only: text, steps: text, threads: text, each: { type: 'boolean' } } })
const { only = 'W1,W2,W3,W4', steps = '200', threads, each = false } = values
const chosen = workloadsOf(only.split(','))

console.log(await useNative(threads ? Number(threads) : undefined))

if (each) {
  const { tensorflow } = accelerators
  Object.assign(accelerators, {
    tensorflow: async (layers: Parameters<typeof tensorflow>[0]) => ({ ...(await tensorflow(layers)), StepRecording: undefined }),
  })
}

type Binding = Record<string, (...given: unknown[]) => unknown>
const backend = tf.backend() as unknown as { binding: Binding }
const { binding } = backend

/** Calls of a step, by their names and which of that name they are: the shortest time that each took. */
let calls = new Map<string, { name: string; least: number }>()
let counted = new Map<string, number>()
let counts = false

/** Its own methods cannot be replaced. */
backend.binding = new Proxy<Binding>({}, { get: (_, name) => timed(String(name)) })

function timed(method: string): unknown {
  const own = binding[method]
  if (typeof own !== 'function') return own
  return (...given: unknown[]) => {
    const began = performance.now()
    const result = own.apply(binding, given)
    if (counts) {
      const name = method === 'executeOp' ? String(given[0]) : `(${method})`
      const took = performance.now() - began
      const nth = counted.get(name) ?? 0
      counted.set(name, nth + 1)
      const { least } = calls.get(`${name} ${nth}`) ?? { least: took }
      calls.set(`${name} ${nth}`, { name, least: Math.min(least, took) })
    }
    return result
  }
}

/** Of the first steps, in which code is compiled. */
const warmUp = 20

for (const workload of chosen) {
  const times: number[] = []
  let last = performance.now()
  calls = new Map()
  await train(workload, Number.POSITIVE_INFINITY, () => {
    times.push(performance.now() - last)
    counts = times.length >= warmUp
    counted = new Map()
    last = performance.now()
    if (times.length < warmUp + Number(steps)) return
    counts = false
    throw new CancelFit()
  })
  const [least, median] = leastAndMedian(times.slice(warmUp))
  const rows = new Map<string, { count: number; ms: number }>()
  for (const { name, least } of calls.values()) {
    const { count, ms } = rows.get(name) ?? { count: 0, ms: 0 }
    rows.set(name, { count: count + 1, ms: ms + least })
  }
  const inside = [...rows.values()].reduce((sum, { ms }) => sum + ms, 0)
  console.log(`\n${workload.name}: ${least.toFixed(2)} / ${median.toFixed(2)} ms a step, shortest / median; of the shortest:`)
  for (const [name, { count, ms }] of [...rows].sort(([, a], [, b]) => b.ms - a.ms).slice(0, 12))
    console.log(`${((100 * ms) / least).toFixed(1).padStart(5)} %  ${String(count).padStart(3)} times  ${name}`)
  console.log(`${((100 * (least - inside)) / least).toFixed(1).padStart(5)} %  all else: JavaScript, the loader, waiting`)
}
