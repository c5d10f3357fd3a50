import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeWhole } from '@onecycle/platform'
import { findTorch, nativePeak, script, torch } from './child.js'
import type { Measured, Shares } from './step.js'
import { leastAndMedian } from './turns.js'
import { type Workload, workloadsOf } from './workloads.js'

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
  readonly ours2: Figures
  /** Of the wasm heap. */
  readonly heapMiB: number
  readonly stock: Figures | string
  readonly torch1: Figures | string
  readonly torch2: Figures | string
  /** ours / PyTorch's one thread, minima and medians. */
  readonly ratio?: Figures
  /** The same by the time of the processor. */
  readonly cpuRatio?: Figures
  /** The same, both with two threads. */
  readonly ratio2?: Figures
  /** Where the time of a step goes, measured where steps are short. */
  readonly shares?: Shares
  /** PyTorch's step on one thread in forms that may be faster, where they were asked for and the network has them. */
  readonly forms: Readonly<Partial<Record<(typeof forms)[number], Figures>>>
}

const forms = ['compile', 'channels_last'] as const

export interface StepOptions {
  /** Of each program's turn. Default 3. */
  readonly seconds?: number
  /** Turns of each program. Default 2. */
  readonly rounds?: number
  /** Names of workloads; default all. */
  readonly only?: readonly string[]
  /** Whether PyTorch also runs compiled, and with channels last. Default false: compiling takes a minute a network. */
  readonly forms?: boolean
}

/**
 * One training step of each workload: ours (the Learner on wasm) and PyTorch's, where python3 can import torch, with one and two
 * threads, and TensorFlow.js's own model.fit on wasm where it runs. The programs take turns, so that a slow moment of the machine
 * hits all of them. Prints a table and returns what is in it.
 */
export async function trainingSteps({ seconds = 3, rounds = 2, only, forms: withForms = false }: StepOptions = {}) {
  const chosen = workloadsOf(only)
  const python = await findTorch()
  const machine = `${cpus()[0]?.model ?? 'unknown processor'} x ${cpus().length}, Node ${process.version}`
  const against = 'python' in python ? describeTorch(python) : `no PyTorch (${python.missing})`
  console.log(`${machine}; ${against}. Milliseconds of a step, minimum / median.\n`)

  const rows: Row[] = []
  console.log(
    line(
      ...['workload', 'tfjs wasm', 'onecycle', 'torch', 'ratio', 'by the processor'],
      ...['onecycle, 2 threads', 'torch, 2 threads', 'ratio', 'heap'],
    ),
  )
  for (const workload of chosen) {
    const row = await measure(workload, { seconds, rounds, forms: withForms }, 'python' in python ? python.python : undefined)
    rows.push(row)
    const { name, ours, ours2, stock, torch1, torch2, ratio = '-', cpuRatio = '-', ratio2 = '-', heapMiB } = row
    const cells = [stock, ours, torch1, ratio, cpuRatio, ours2, torch2, ratio2].map(show)
    console.log(line(name, ...cells, `${heapMiB.toFixed(0)} MiB`))
    for (const [form, figures] of Object.entries(row.forms)) console.log(line('', '', '', show(figures), `(${form})`))
  }
  for (const { name, stock } of rows) if (typeof stock === 'string') console.log(`tfjs wasm fails on ${name}: ${stock}`)
  console.log('ratio: onecycle / torch with as many threads; by the processor: the same of its time, one thread')
  for (const { name, shares } of rows) {
    if (shares)
      console.log(`${name}: ${percent(shares.gathering)} of a step gathering the batch, ${percent(shares.rest)} in JavaScript`)
  }
  const gemm = await multiply()
  console.log(gemm.text)
  return { machine, against, rows, gemm }
}

const usage = `npx tsx benchmarks/bench.ts [--json FILE] [--seconds 3] [--rounds 2] [--only W1,W3] [--forms]`

/** The same from the command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
  const options = { json: text, seconds: text, rounds: text, only: text, ...{ forms: flag, help: flag } } as const
  const { values } = parseArgs({ args: [...args], options })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const { seconds, rounds, only, json } = values
  const result = await trainingSteps({
    ...(values.forms && { forms: true }),
    ...(seconds && { seconds: Number(seconds) }),
    ...(rounds && { rounds: Number(rounds) }),
    ...(only && { only: only.split(',') }),
  })
  if (json) await writeWhole(json, `${JSON.stringify(result, null, 2)}\n`)
  return 0
}

function describeTorch({ version, gemm }: { version: string; gemm: number }): string {
  // The reference BLAS that some systems install gives 1 or 2: every dense layer would wait for it.
  const warning = gemm < 15 ? ', far from what the processor can: install OpenBLAS to compare with PyTorch at its best' : ''
  return `PyTorch ${version} (its own 512 x 512 x 512 product: ${gemm.toFixed(1)} GFLOP/s on one thread${warning})`
}

async function measure(
  { name, what, batch }: Workload,
  { seconds, rounds, forms: withForms }: Required<Omit<StepOptions, 'only'>>,
  python?: string,
): Promise<Row> {
  const heaps: number[] = []
  const oursTimes: number[][] = [[], []]
  const torchTimes: number[][] = [[], []]
  const cpu = { ours: [] as number[], torch: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const threads of [1, 2]) {
      const mine = JSON.parse(await script('step.ts', 'ours', name, `${seconds}`, `${threads}`)) as Measured
      oursTimes[threads - 1]!.push(...mine.times)
      const theirs = python && (JSON.parse(await torch(python, [`${threads}`, `${seconds}`, name])) as Measured)
      if (theirs) torchTimes[threads - 1]!.push(...theirs.times)
      if (threads > 1) continue
      heaps.push(mine.heap)
      cpu.ours.push(...mine.cpu)
      if (theirs) cpu.torch.push(...theirs.cpu)
    }
  }
  const others: Partial<Record<(typeof forms)[number], Figures>> = {}
  for (const form of withForms && python ? forms : []) {
    // A network may have no such form.
    const text = await torch(python!, ['1', `${seconds}`, name], form).catch(() => undefined)
    if (text) others[form] = figures((JSON.parse(text) as Measured).times)
  }
  const stock = await script('step.ts', 'stock', name, `${seconds}`).then(
    text => figures((JSON.parse(text) as Measured).times),
    error => (error as Error).message,
  )
  const [ours, ours2] = oursTimes.map(figures) as [Figures, Figures]
  const [torch1, torch2] = torchTimes.map(times => (times.length ? figures(times) : '-')) as [Figures | string, Figures | string]
  const shares =
    ours.min < 20 ? (JSON.parse(await script('step.ts', 'ours', name, `${seconds}`, '1', 'share')) as Measured).shares : undefined
  return {
    name,
    what,
    batch,
    ours,
    ours2,
    heapMiB: Math.max(...heaps) / 2 ** 20,
    stock,
    torch1,
    torch2,
    forms: others,
    ...(typeof torch1 === 'object' && { ratio: ratioOf(ours, torch1), cpuRatio: ratioOf(figures(cpu.ours), figures(cpu.torch)) }),
    ...(typeof torch2 === 'object' && { ratio2: ratioOf(ours2, torch2) }),
    ...(shares && { shares }),
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

const percent = (part: number) => `${(100 * part).toFixed(1)} %`

function figures(times: readonly number[]): Figures {
  const [min, median] = leastAndMedian(times)
  return { min, median }
}

const ratioOf = (a: Figures, b: Figures): Figures => ({ min: a.min / b.min, median: a.median / b.median })

function show(value: Figures | string): string {
  if (typeof value === 'string') return value === '-' ? value : 'fails'
  const digits = (n: number) => n.toFixed(n < 20 ? 2 : 0)
  return `${digits(value.min)} / ${digits(value.median)}`
}

function line(...cells: string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(9) : cell.padStart(21))).join('')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
