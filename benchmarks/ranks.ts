// What ranks cost and are worth: npx tsx benchmarks/ranks.ts [--steps 32] [--rounds 3] [--only W2,W3,W4]. Prints the tables of README.md and docs/scale.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { output } from './child.js'
import type { Overlapped } from './overlap.js'
import type { Reduced, Trained } from './rank.js'
import { allreduceOver, efficiency, networks } from './scale-out.js'
import { leastAndMedian } from './turns.js'
import { workloadsOf } from './workloads.js'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'W2,W3,W4' },
  },
})
const chosen = workloadsOf(values.only.split(','))
const program = (file: string) => ['--import', 'tsx', fileURLToPath(new URL(file, import.meta.url))]

interface Engine {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** How it is told to go through the network's layers, though both ranks are here. */
  readonly overTcp: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }
}

const engines: readonly Engine[] = [
  { name: 'MPICH', command: 'mpiexec.mpich', args: [], overTcp: { args: [], env: { UCX_TLS: 'tcp,self' } } },
  {
    ...{ name: 'Open MPI', command: 'mpiexec.openmpi', args: ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'] },
    overTcp: { args: ['--mca', 'pml', 'ob1', '--mca', 'btl', 'tcp,self', '--mca', 'btl_tcp_if_include', 'lo'], env: {} },
  },
].filter(({ command }) => spawnSync(command, ['--version']).status === 0)
const [engine] = engines
if (!engine) throw new Error('There is neither mpiexec.mpich nor mpiexec.openmpi here.')

/** What rank 0 of two printed. */
async function two<T>({ command, args }: Engine, file: string, given: readonly string[], tcp?: Engine['overTcp']): Promise<T> {
  const all = [...args, ...(tcp?.args ?? []), '-n', '2', process.execPath, ...program(file), ...given]
  return JSON.parse(await output(command, all, { ...process.env, ...tcp?.env })) as T
}

const one = async <T>(...given: string[]): Promise<T> =>
  JSON.parse(await output(process.execPath, [...program('rank.ts'), ...given])) as T

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
const short = (value: number) => Number(value.toPrecision(2)).toString()
const microseconds = (value: number) => (value < 1000 ? `${short(value)} µs` : `${short(value / 1000)} ms`)
const percent = (value: number) => `${(value * 100).toFixed(value > 0.995 || value < 0.0995 ? 1 : 0)} %`
const both = (figures: readonly number[], shown: (figure: number) => string) => figures.map(shown).join(' / ')
/** Of two contestants, by their least and by their median. */
const ratios = (a: readonly number[], b: readonly number[], times = 1) => {
  const [least, median] = [leastAndMedian(a), leastAndMedian(b)]
  return both(
    least.map((figure, i) => (times * median[i]!) / figure),
    ratio => ratio.toFixed(2),
  )
}

const reduced: Record<string, Reduced[]> = {}
for (const each of engines) reduced[each.name] = await two(each, 'rank.ts', ['allreduce'])
reduced['threads'] = await one('threads', '2')
console.log('Allreduce of two within this machine, least / median\n')
console.log(
  table(
    ['numbers of 32 bits', ...Object.keys(reduced)],
    reduced[engine.name]!.map(({ length }, i) => [
      length.toLocaleString('en'),
      ...Object.values(reduced).map(figures => both(leastAndMedian(figures[i]!.times), microseconds)),
    ]),
  ),
)

const joined = (a: Trained, b: Trained): Trained => ({ ...a, times: [...a.times, ...b.times], sums: [...a.sums, ...b.sums] })

/** Steps of each way, in turns. */
async function inTurns(ways: Readonly<Record<string, () => Promise<Trained>>>): Promise<Record<string, Trained>> {
  const all: Record<string, Trained> = {}
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, run] of Object.entries(ways)) {
      const now = await run()
      const before = all[name]
      all[name] = before ? joined(before, now) : now
    }
  return all
}

const rows: string[][] = []
const paper: string[][] = []
for (const { name, batch } of chosen) {
  const train = (size: number, threads: number) => ['train', name, `${size}`, `${threads}`, values.steps]
  const trained = await inTurns({
    one: () => one(...train(batch, 1)),
    threads: () => one(...train(batch, 2)),
    ...Object.fromEntries(engines.map(each => [each.name, () => two<Trained>(each, 'rank.ts', train(batch, 1))])),
    halves: () => two(engine, 'rank.ts', train(batch / 2, 1)),
    apart: async () => {
      const [first, second] = await Promise.all([one<Trained>(...train(batch, 1)), one<Trained>(...train(batch, 1))])
      return joined(first, second)
    },
  })
  const { one: single, threads, halves, apart } = trained as Record<'one' | 'threads' | 'halves' | 'apart', Trained>
  const median = leastAndMedian(single.times)[1]
  const cost = (each: Engine) => costOf(reduced[each.name]!, single.parameters)
  /** Seconds that a byte takes to be added on this machine. */
  const adding = cost(engine) / 1000 / (single.parameters * 4)
  rows.push([
    name,
    single.parameters.toLocaleString('en'),
    both(leastAndMedian(single.times), time => `${time.toPrecision(3)} ms`),
    ratios(threads.times, single.times),
    ratios(halves.times, single.times),
    ...engines.map(each => ratios(trained[each.name]!.times, single.times, 2)),
    ratios(apart.times, single.times, 2),
    ...engines.map(each => percent(cost(each) / median)),
    ...engines.map(each => percent(shareOf(trained[each.name]!))),
  ])
  for (const network of networks) {
    const over = (n: number) => allreduceOver(network, n, single.parameters * 4, adding)
    const cells = [8, 64].map(n => `${microseconds(over(n) * 1e6)}, ${percent(efficiency(median / 1000, over(n)))}`)
    paper.push([name, `${((single.parameters * 4) / 1e6).toFixed(2)} MB`, network.name, ...cells])
  }
}

/** Milliseconds of an allreduce of so many numbers, between the sizes that were measured. */
function costOf(figures: readonly Reduced[], length: number): number {
  const above = figures.findIndex(each => each.length >= length)
  const [low, high] = [figures[Math.max(0, above - 1)]!, figures[above === -1 ? figures.length - 1 : above]!]
  const [least, most] = [low, high].map(({ times }) => leastAndMedian(times)[1]) as [number, number]
  const share = high.length === low.length ? 0 : (length - low.length) / (high.length - low.length)
  return (least + share * (most - least)) / 1000
}

/** The part of a step that was sums, and the wait for the other rank, which is mostly in the first of them. */
function shareOf({ times, sums }: Trained): number {
  return leastAndMedian(times.map((time, i) => sums[i]! / time))[1]
}

console.log('\nSamples a second of two cores, as a multiple of one process with one thread, by the least / the median step\n')
console.log(
  table(
    [
      ...['', 'parameters', 'step of one', 'threads: 2', `2 ranks of half a batch, ${engine.name}`],
      ...engines.map(each => `2 ranks of a batch, ${each.name}`),
      '2 that do not train together',
      ...engines.map(each => `allreduce of a step, ${each.name}`),
      ...engines.map(each => `with the wait for the other, ${each.name}`),
    ],
    rows,
  ),
)
console.log('\nOn paper: time of the allreduce, and what n ranks are worth of n times one\n')
console.log(table(['', 'gradients', 'network', '8 ranks', '64 ranks'], paper))

console.log(
  '\nA sum beside work in place of behind it: milliseconds, least / median, and the part of the sum that took no time of its own, by the median\n',
)
const beside: string[][] = []
for (const each of engines)
  for (const tcp of [undefined, each.overTcp])
    for (const { length, figures } of await two<Overlapped[]>(each, 'overlap.ts', [], tcp)) {
      const { sum, work, behind } = figures
      const hidden = (way: readonly number[]) => percent((behind[1]! - way[1]!) / (behind[1]! - work[1]!))
      beside.push([
        ...[`${each.name}${tcp ? ', over TCP' : ''}`, length.toLocaleString('en')],
        ...[sum, work, behind].map(of => both(of, time => time.toPrecision(3))),
        ...[figures.beside, figures.asked].map(way => `${both(way, time => time.toPrecision(3))}, ${hidden(way)}`),
      ])
    }
console.log(table(['', 'numbers', 'sum', 'work', 'sum behind work', 'beside it', 'beside it, asked 20 times'], beside))
