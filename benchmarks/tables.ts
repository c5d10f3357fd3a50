// Rows a second from a CSV and a Parquet file to batches of 1024, beside tf.data.csv, and beside PyTorch's DataLoader over pandas where
// python3 has both; and the memory that three million rows take.
// npx tsx benchmarks/tables.ts [ROWS]
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { datasets, TabularDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import * as tfData from '@tensorflow/tfjs-data'

const bs = 1024
const rounds = 3
const run = promisify(execFile)

if (process.argv[2] === 'flights') await flights()
else await compare(Number(process.argv[2] ?? 100_000))

async function compare(rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'))
  try {
    const path = join(folder, 'numbers.csv')
    await writeFile(path, numbers(rows))
    const contestants = { onecycle: () => ours(path), 'tf.data.csv': () => theirs(path) }
    const times = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++)
      for (const [name, read] of Object.entries(contestants)) {
        const start = performance.now()
        const count = await read()
        if (count !== rows) throw new Error(`${name} read ${count} of ${rows} rows.`)
        times.set(name, [...(times.get(name) ?? []), performance.now() - start])
      }
    const python = await run('python3', [
      fileURLToPath(new URL('tables_torch.py', import.meta.url)),
      path,
      `${bs}`,
      `${rounds}`,
    ]).catch(() => undefined)
    if (python) times.set('PyTorch over pandas', JSON.parse(python.stdout))
    else console.log('PyTorch over pandas: python3 does not have both')
    const best = (name: string) => Math.min(...times.get(name)!)
    for (const [name, all] of times) {
      const median = [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)]!
      const perSecond = (time: number) => Math.round((rows / time) * 1000).toLocaleString('en')
      console.log(
        `${name}: ${perSecond(best(name))} rows/s at best, ${perSecond(median)} in the median; ${(best(name) / best('onecycle')).toFixed(2)} times our time`,
      )
    }
    const { stdout } = await run(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), 'flights'], {
      maxBuffer: 2 ** 20,
    })
    console.log(stdout.trim())
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Eight numbers and a category in a row. */
function numbers(rows: number): string {
  const random = new Random(1)
  const line = () => `${Array.from({ length: 8 }, () => random.normal().toFixed(5)).join(',')},${'abcd'[random.int(4)]}`
  return `${Array.from({ length: 8 }, (_, i) => `x${i}`).join(',')},kind\n${Array.from({ length: rows }, line).join('\n')}\n`
}

/** From the file to the last batch, shuffled, normalized, with categories numbered. */
async function ours(path: string): Promise<number> {
  const data = await TabularDataBunch.from_csv(path, { y: 'x0', bs, drop_last: false })
  let count = 0
  for (const loader of [data.train_dl, data.valid_dl!])
    for await (const { xs, ys, size } of loader) {
      count += size
      tf.dispose([xs, ys].flat())
    }
  return count
}

/** The same file by tf.data, in the order it lies in, as it is. */
async function theirs(path: string): Promise<number> {
  const csv = tfData.csv(`file://${path}`, { columnConfigs: { x0: { isLabel: true } } })
  const rows = csv.map(row => {
    const { xs, ys } = row as unknown as { xs: Record<string, number | string>; ys: Record<string, number> }
    return { xs: Object.values(xs).map(value => (typeof value === 'number' ? value : 'abcd'.indexOf(value))), ys: ys['x0']! }
  })
  let count = 0
  await rows.batch(bs).forEachAsync(batch => {
    const { xs, ys } = batch as unknown as { xs: tf.Tensor; ys: tf.Tensor }
    count += ys.shape[0]!
    tf.dispose([xs, ys])
  })
  return count
}

async function flights(): Promise<void> {
  const start = performance.now()
  const data = await datasets.flights({ seed: 1 })
  const opened = performance.now()
  let count = 0
  for await (const { xs, ys, size } of data.train_dl) {
    count += size
    tf.dispose([xs, ys].flat())
  }
  const seconds = (performance.now() - opened) / 1000
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `flights: learnt of 3,000,000 rows in ${((opened - start) / 1000).toFixed(1)} s, then ${Math.round(count / seconds).toLocaleString('en')} rows/s to ` +
      `batches; ${peak} MiB at most, Node and all`,
  )
}
