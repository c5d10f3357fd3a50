// What ranks cost and are worth: npx tsx benchmarks/ranks.ts [--steps 64] [--rounds 2] [--only W2,W4]. Prints the tables of docs/scale.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { output } from './child.js'
import { allreduceOver, efficiency, networks } from './scale-out.js'
import { workloadsOf } from './workloads.js'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', default: 'W2,W4' },
  },
})
const chosen = workloadsOf(values.only.split(','))
const program = ['--import', 'tsx', fileURLToPath(new URL('rank.ts', import.meta.url))]

interface Figures {
  length: number
  least: number
  median: number
}
interface Trained {
  parameters: number
  least: number
  median: number
}

const engines = [
  { name: 'MPICH', command: 'mpiexec.mpich', args: [] },
  { name: 'Open MPI', command: 'mpiexec.openmpi', args: ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'] },
].filter(({ command }) => spawnSync(command, ['--version']).status === 0)
if (engines.length === 0) throw new Error('There is neither mpiexec.mpich nor mpiexec.openmpi here.')

async function ranks<T>({ command, args }: (typeof engines)[number], n: number, given: readonly string[]): Promise<T> {
  return JSON.parse(await output(command, [...args, '-n', `${n}`, process.execPath, ...program, ...given])) as T
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')
const microseconds = (value: number) => (value < 1000 ? `${value.toPrecision(2)} µs` : `${(value / 1000).toPrecision(2)} ms`)
const percent = (value: number) => `${(value * 100).toFixed(value > 0.995 ? 1 : 0)} %`

const reduced = new Map<string, Figures[]>()
for (const engine of engines)
  for (const n of [2, 4]) reduced.set(`${engine.name}, ${n} ranks`, await ranks(engine, n, ['allreduce']))
console.log('Allreduce within this machine, least / median\n')
console.log(
  table(
    ['numbers of 32 bits', ...reduced.keys()],
    [...reduced.values()][0]!.map(({ length }, i) => [
      length.toLocaleString('en'),
      ...[...reduced.values()].map(figures => `${microseconds(figures[i]!.least)} / ${microseconds(figures[i]!.median)}`),
    ]),
  ),
)

/** Steps of each way, in turns; the least of the medians. */
async function inTurns(ways: Readonly<Record<string, () => Promise<Trained>>>): Promise<Record<string, Trained>> {
  const best: Record<string, Trained> = {}
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, run] of Object.entries(ways)) {
      const trained = await run()
      const before = best[name]
      best[name] = before && before.median < trained.median ? before : trained
    }
  return best
}

const steps = values.steps
const [engine] = engines as [(typeof engines)[number]]
const twoRanks = reduced.get(`${engine.name}, 2 ranks`)!
/** Seconds that a byte takes on this machine, in the largest array. */
const adding = twoRanks.at(-1)!.median / 1e6 / (twoRanks.at(-1)!.length * 4)
const rows: string[][] = []
const paper: string[][] = []
for (const { name, batch } of chosen) {
  const one = (threads: number) => async () =>
    JSON.parse(await output(process.execPath, [...program, 'train', name, `${batch}`, `${threads}`, steps])) as Trained
  const best = await inTurns({
    one: one(1),
    threads: one(2),
    ...Object.fromEntries(
      engines.map(each => [each.name, () => ranks<Trained>(each, 2, ['train', name, `${batch}`, '1', steps])]),
    ),
  })
  const { one: single, threads } = best as { one: Trained; threads: Trained }
  const rate = ({ median }: Trained, n: number) => (n * batch * 1000) / median
  rows.push([
    name,
    single.parameters.toLocaleString('en'),
    `${single.median.toFixed(1)} ms`,
    `${(rate(threads, 1) / rate(single, 1)).toFixed(2)}`,
    ...engines.map(({ name }) => `${(rate(best[name]!, 2) / rate(single, 1)).toFixed(2)}`),
    percent(costOf(single.parameters) / single.median),
  ])
  for (const network of networks) {
    const over = (n: number) => allreduceOver(network, n, single.parameters * 4, adding)
    const cells = [8, 64].map(n => `${microseconds(over(n) * 1e6)}, ${percent(efficiency(single.median / 1000, over(n)))}`)
    paper.push([name, `${((single.parameters * 4) / 1e6).toFixed(2)} MB`, network.name, ...cells])
  }
}

/** Milliseconds of an allreduce of so many numbers, between the sizes that were measured. */
function costOf(length: number): number {
  const above = twoRanks.findIndex(each => each.length >= length)
  const [low, high] = [twoRanks[Math.max(0, above - 1)]!, twoRanks[above === -1 ? twoRanks.length - 1 : above]!]
  const share = high.length === low.length ? 0 : (length - low.length) / (high.length - low.length)
  return (low.median + share * (high.median - low.median)) / 1000
}

console.log(
  '\nSamples a second of two cores, as a multiple of one process with one thread; batches of the same size for each rank\n',
)
console.log(
  table(
    [
      '',
      'parameters',
      'step of one',
      'threads: 2',
      ...engines.map(({ name }) => `2 ranks, ${name}`),
      "allreduce's share of a step",
    ],
    rows,
  ),
)
console.log('\nOn paper: time of the allreduce, and what n ranks are worth of n times one\n')
console.log(table(['', 'gradients', 'network', '8 ranks', '64 ranks'], paper))
