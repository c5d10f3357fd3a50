// How well tables are learnt: figures of `tabular_learner` on the rows that validate, beside scikit-learn's histogram gradient boosting
// on the same rows, where python3 has it; both as they come, the mean of three splits and seeds.
// npx tsx benchmarks/accuracy.ts [SEEDS]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { randomSplit, readTable, Table, TabularDataBunch } from '@onecycle/data'
import { accuracy, R2Score, RocAuc, tabular_learner } from '@onecycle/learner'

type Row = Record<string, string | number | boolean | Date | null>

/** What is to be predicted of which file, and by which figure it is told. */
interface Job {
  readonly file: string
  readonly y: string
  readonly figure: 'accuracy' | 'roc_auc' | 'r2'
  readonly bs: number
  readonly epochs: number
  /** The inputs, where not all other columns; undefined leaves a row out. */
  row?(row: Row): Row | undefined
}

const without = (row: Row, names: readonly string[]) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

const jobs: Readonly<Record<string, Job>> = {
  'penguins: species': {
    ...{ file: 'penguins.json', y: 'Species', figure: 'accuracy', bs: 16, epochs: 15 },
    row: row => ({ ...row, Sex: row['Sex'] === '.' ? null : row['Sex']! }),
  },
  'Seattle: weather of a day': { file: 'seattle-weather.csv', y: 'weather', figure: 'accuracy', bs: 32, epochs: 10 },
  'bird strikes: damage': {
    ...{ file: 'birdstrikes.csv', y: 'damage', figure: 'roc_auc', bs: 64, epochs: 5 },
    // What it cost says that there was damage.
    row: row => ({
      ...without(row, ['Effect Amount of damage', 'Cost Other', 'Cost Repair', 'Cost Total $']),
      damage: row['Effect Amount of damage'] === 'None' ? 'no' : 'yes',
    }),
  },
  'movies: rating': {
    ...{ file: 'movies.json', y: 'IMDB Rating', figure: 'r2', bs: 32, epochs: 15 },
    row: row => {
      const released = new Date(`${row['Release Date']} UTC`)
      if (row['IMDB Rating'] === null || Number.isNaN(Number(released))) return undefined
      return { ...without(row, ['Title', 'Release Date']), year: released.getUTCFullYear(), month: released.getUTCMonth() }
    },
  },
}

const metrics = { accuracy: () => accuracy, roc_auc: () => new RocAuc(), r2: () => new R2Score() }
const seeds = Array.from({ length: Number(process.argv[2] ?? 3) }, (_, i) => i + 1)
const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length
const shown = (list: readonly number[]) => `${mean(list).toFixed(3)} (${list.map(each => each.toFixed(3)).join(', ')})`

await useBackend()
const folder = await mkdtemp(join(tmpdir(), 'accuracy-'))
const data = fileURLToPath(new URL('../node_modules/vega-datasets/data', import.meta.url))
try {
  for (const [name, job] of Object.entries(jobs)) {
    const path = join(folder, 'rows.csv')
    const all = [...(await readTable(join(data, job.file))).rows()].map(row => (job.row ? job.row(row as Row) : (row as Row)))
    const rows = all.filter(row => row !== undefined)
    const ours: number[] = []
    const theirs: number[] = []
    for (const seed of seeds) {
      const [train, valid] = randomSplit(rows.length, 0.2, seed)
      ours.push(await learnt(rows, job, seed))
      const marked = rows.map((row, i) => ({ ...row, valid: valid.includes(i) }))
      await writeFile(path, Table.from_rows(marked).to_csv())
      const boosted = await boosting([path, job.y, job.figure, `${seed}`])
      if (boosted !== undefined) theirs.push(boosted)
      if (seed === 1) console.log(`${name}, ${train.length} rows train, ${valid.length} validate: ${job.figure}`)
    }
    console.log(`  onecycle ${shown(ours)}${theirs.length > 0 ? `, gradient boosting ${shown(theirs)}` : ''}`)
  }
} finally {
  await rm(folder, { recursive: true })
}

async function learnt(rows: readonly Row[], { y, figure, bs, epochs }: Job, seed: number): Promise<number> {
  const bunch = await TabularDataBunch.from_df(rows, { y, bs, split: randomSplit(rows.length, 0.2, seed), seed })
  const learn = tabular_learner(bunch, { metrics: [metrics[figure]()], progress: false, log: false, seed })
  await learn.fit_one_cycle(epochs, 1e-2)
  return Number(Object.values(await learn.validate()).at(-1))
}

/** Undefined where Python has no scikit-learn. */
async function boosting(args: readonly string[]): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)('python3', [
      fileURLToPath(new URL('accuracy_sklearn.py', import.meta.url)),
      ...args,
    ])
    return Number(stdout)
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
    console.log(`  gradient boosting: left out (${said.at(-1)})`)
    return undefined
  }
}
