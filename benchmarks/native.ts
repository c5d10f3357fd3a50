// TensorFlow's native library (tfjs-node) beside what TensorFlow.js composes of its operations, wasm and, where python3 has it, PyTorch: milliseconds of a
// step with one thread and with two, in turns:
// npx tsx benchmarks/native.ts [--only W1,W2,W3,W4] [--programs native,composed] [--seconds 2] [--rounds 2] [--json FILE]     (node scripts/tools.mjs tfjs-node builds it)
import { parseArgs } from 'node:util'
import { writeWhole } from '@onecycle/platform'
import { findTorch, script, torch } from './child.js'
import type { Measured } from './step.js'
import { leastAndMedian } from './turns.js'
import { workloadsOf } from './workloads.js'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { only: text, programs: text, seconds: text, rounds: text, json: text } })
const { only = 'W1,W2,W3,W4', programs: asked = 'native,wasm,PyTorch', seconds = '2', rounds = '2', json } = values
const chosen = workloadsOf(only.split(','))
const python = await findTorch()

type Program = (name: string, threads: string) => Promise<string>
const known: Record<string, Program> = {
  native: (name, threads) => script('step.ts', 'native', name, seconds, threads),
  composed: (name, threads) => script('step.ts', 'composed', name, seconds, threads),
  wasm: (name, threads) => script('step.ts', 'ours', name, seconds, threads),
  ...('python' in python && { PyTorch: (name: string, threads: string) => torch(python.python, [threads, seconds, name]) }),
}
const programs = Object.fromEntries(Object.entries(known).filter(([program]) => asked.split(',').includes(program)))

const against = 'python' in python ? `PyTorch ${python.version}` : `no PyTorch (${python.missing})`
console.log(`Node ${process.version}; ${against}. Milliseconds of a step, minimum / median\n`)
const columns = Object.keys(programs).flatMap(name => [`${name}, 1 thread`, '2 threads'])
console.log(['', ...columns].map(cell => cell.padEnd(18)).join(''))
const results: object[] = []
for (const { name } of chosen) {
  const times = new Map<string, number[]>()
  for (let round = 0; round < Number(rounds); round++)
    for (const [program, run] of Object.entries(programs))
      for (const threads of ['1', '2']) {
        const own = (JSON.parse(await run(name, threads)) as Pick<Measured, 'times'>).times
        times.set(`${program} ${threads}`, [...(times.get(`${program} ${threads}`) ?? []), ...own])
      }
  const figures = [...times].map(([program, own]) => [program, leastAndMedian(own)] as const)
  results.push({ name, ...Object.fromEntries(figures) })
  console.log(
    [name, ...figures.map(([, own]) => own.map(ms => ms.toPrecision(3)).join(' / '))].map(cell => cell.padEnd(18)).join(''),
  )
}
if (json) await writeWhole(json, `${JSON.stringify(results, null, 2)}\n`)
