// How accurate each run of the demo is over many seeds, since one seed proves little.
// npx tsx benchmarks/seeds.ts --seeds 10 [--first 0] [--json FILE]
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { mnistSample, type Run, result } from '../packages/onecycle/src/demo/mnist-sample.js'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10' }, first: { type: 'string', default: '0' }, json: { type: 'string' } },
})
await useBackend()

const runs: (Run & { seed: number })[] = []
const suggestions: number[] = []
for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
  const experiment = await mnistSample({ seed, progress: false })
  runs.push(...experiment.runs.map(run => ({ ...run, seed })))
  suggestions.push(experiment.lrFind.lr ?? Number.NaN)
  console.log(`seed ${seed}: ${experiment.runs.map(run => result(run).accuracy.toFixed(4)).join('  ')}`)
}

const names = [...new Set(runs.map(({ name }) => name))]
const table = names.map(name => {
  const results = runs.filter(run => run.name === name).map(result)
  const accuracies = results.map(({ accuracy }) => accuracy)
  return {
    run: name,
    mean: mean(accuracies),
    sd: deviation(accuracies),
    median: median(accuracies),
    min: Math.min(...accuracies),
    max: Math.max(...accuracies),
    valid_loss: median(results.map(({ valid_loss }) => valid_loss)),
    seconds: median(results.map(({ seconds }) => seconds)),
  }
})
console.table(
  table.map(({ run, ...row }) => ({ run, ...Object.fromEntries(Object.entries(row).map(([k, v]) => [k, +v.toFixed(4)])) })),
)
console.log(
  `lr_find suggests ${median(suggestions).toExponential(1)} in the median, ${Math.min(...suggestions).toExponential(1)} to ${Math.max(...suggestions).toExponential(1)}`,
)
if (values.json)
  await writeFile(
    values.json,
    `${JSON.stringify({ table, suggestions, accuracies: runs.map(run => [run.seed, run.name, result(run).accuracy]) }, null, 1)}\n`,
  )

const cycle = table.find(({ run }) => run.startsWith('fit_one_cycle'))!
const healthy = cycle.mean >= 0.988 && table.every(({ mean }) => mean <= cycle.mean)
console.log(
  healthy
    ? 'ok: 1cycle reaches 0.988 in the mean, and is the best of the three'
    : 'FAILED: 1cycle should reach 0.988 in the mean, and be the best of the three',
)
process.exitCode = healthy ? 0 : 1

function mean(xs: readonly number[]): number {
  return xs.reduce((sum, x) => sum + x, 0) / xs.length
}

function deviation(xs: readonly number[]): number {
  const center = mean(xs)
  return Math.sqrt(xs.reduce((sum, x) => sum + (x - center) ** 2, 0) / Math.max(1, xs.length - 1))
}

function median(xs: readonly number[]): number {
  const sorted = xs.toSorted((a, b) => a - b)
  return (sorted[(xs.length - 1) >> 1]! + sorted[xs.length >> 1]!) / 2
}
