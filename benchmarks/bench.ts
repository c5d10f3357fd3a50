import { rename, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { findTorch, nativePeak, script, torch } from './run.js'
import type { Measured } from './step.js'
import { type Workload, workloads } from './workloads.js'

/** Milliseconds of a step. */
interface Figures {
  readonly min: number
  readonly median: number
}

interface Row {
  readonly name: string
  readonly what: string
  readonly batch: number
  readonly ours: Figures
  /** Of the wasm heap. */
  readonly heapMiB: number
  readonly stock: Figures | string
  readonly torch1: Figures | string
  readonly torch2: Figures | string
  /** ours / PyTorch's one thread, minima and medians. */
  readonly ratio?: Figures
  /** Part of a step spent outside kernels, measured where steps are short. */
  readonly outside?: number
}

const options = {
  json: { type: 'string' },
  seconds: { type: 'string', default: '3' },
  rounds: { type: 'string', default: '2' },
  only: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const usage = `npm run bench -- [--json FILE] [--seconds N] [--rounds N] [--only W1,W3]

One training step of each workload: ours (the Learner on wasm), TensorFlow.js's own model.fit on wasm where it runs, and
PyTorch with one and two threads where python3 can import torch. The programs take turns, ${options.rounds.default} rounds of ${options.seconds.default} seconds each.`

/** @returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const wanted = values.only?.split(',')
  const chosen = workloads.filter(({ name }) => !wanted || wanted.includes(name))
  if (chosen.length === 0) throw new RangeError(`--only ${values.only} names none of ${workloads.map(w => w.name).join(', ')}.`)
  const python = await findTorch()
  const machine = `${cpus()[0]?.model ?? 'unknown processor'} x ${cpus().length}, Node ${process.version}`
  const against = 'python' in python ? `PyTorch ${python.version}` : `no PyTorch (${python.missing})`
  console.log(`${machine}; ${against}. Milliseconds of a step, minimum / median.\n`)

  const rows: Row[] = []
  console.log(line('workload', 'onecycle', 'tfjs wasm', 'torch, 1 thread', 'torch, 2 threads', 'ratio', 'heap'))
  for (const workload of chosen) {
    const row = await measure(
      workload,
      Number(values.seconds),
      Number(values.rounds),
      'python' in python ? python.python : undefined,
    )
    rows.push(row)
    const { name, ours, stock, torch1, torch2, ratio, heapMiB } = row
    console.log(
      line(name, show(ours), show(stock), show(torch1), show(torch2), ratio ? show(ratio) : '-', `${heapMiB.toFixed(0)} MiB`),
    )
  }
  for (const { name, stock } of rows) if (typeof stock === 'string') console.log(`\ntfjs wasm, ${name}: ${stock}`)
  console.log('\nratio: onecycle / torch with one thread')
  for (const { name, outside } of rows) {
    if (outside !== undefined) console.log(`${name}: ${(100 * outside).toFixed(0)} % of a step outside kernels`)
  }
  const gemm = await multiply()
  console.log(gemm.text)
  if (values.json) await save(values.json, { machine, against, rows, gemm })
  return 0
}

async function measure({ name, what, batch }: Workload, seconds: number, rounds: number, python?: string): Promise<Row> {
  const ours: Measured[] = []
  const torchTimes: number[][] = [[], []]
  for (let round = 0; round < rounds; round++) {
    ours.push(JSON.parse(await script('step.ts', 'ours', name, `${seconds}`)))
    if (!python) continue
    for (const threads of [1, 2]) {
      torchTimes[threads - 1]!.push(...JSON.parse(await torch(python, `${threads}`, `${seconds}`, name)).times)
    }
  }
  const stock = await script('step.ts', 'stock', name, `${seconds}`).then(
    text => figures((JSON.parse(text) as Measured).times),
    error => (error as Error).message,
  )
  const mine = figures(ours.flatMap(({ times }) => times))
  const [torch1, torch2] = torchTimes.map(times => (times.length ? figures(times) : '-')) as [Figures | string, Figures | string]
  const share =
    mine.min < 20 ? (JSON.parse(await script('step.ts', 'ours', name, `${seconds}`, 'share')) as Measured).outside : undefined
  return {
    name,
    what,
    batch,
    ours: mine,
    heapMiB: Math.max(...ours.map(({ heap }) => heap)) / 2 ** 20,
    stock,
    torch1,
    torch2,
    ...(typeof torch1 === 'object' && { ratio: { min: mine.min / torch1.min, median: mine.median / torch1.median } }),
    ...(share !== undefined && { outside: share }),
  }
}

async function multiply() {
  const before = await nativePeak()
  const rate = Number(await script('gemm.ts'))
  const after = await nativePeak()
  if (typeof before === 'string' || typeof after === 'string') {
    return {
      rate,
      text: `512 x 512 x 512: ${rate.toFixed(1)} GFLOP/s; native peak not measured (${[before, after].find(p => typeof p === 'string')})`,
    }
  }
  const peak = Math.max(before, after)
  return {
    rate,
    peak,
    text: `512 x 512 x 512: ${rate.toFixed(1)} GFLOP/s, ${((100 * rate) / peak).toFixed(0)} % of the native 128-bit peak of ${peak.toFixed(1)}`,
  }
}

function figures(times: readonly number[]): Figures {
  const sorted = [...times].sort((a, b) => a - b)
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]! }
}

function show(value: Figures | string): string {
  if (typeof value === 'string') return value === '-' ? value : 'fails'
  const digits = (n: number) => n.toFixed(n < 20 ? 2 : 0)
  return `${digits(value.min)} / ${digits(value.median)}`
}

function line(...cells: string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(9) : cell.padStart(17))).join('')
}

async function save(path: string, result: object): Promise<void> {
  await writeFile(`${path}.part`, `${JSON.stringify(result, null, 2)}\n`)
  await rename(`${path}.part`, path)
}
