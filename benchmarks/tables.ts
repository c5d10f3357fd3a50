// Rows a second from a CSV and a Parquet file to batches of 1024, beside tf.data.csv, and beside PyTorch's DataLoader over pandas where
// python3 has both; and the memory that three million rows take.
// npx tsx benchmarks/tables.ts [ROWS] [ROUNDS]
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
import { parquetWriteBuffer } from 'hyparquet-writer'
import { startPython } from './python-server.js'
import { type Contestant, compared, inTurns, timed } from './turns.js'

const bs = 1024

if (process.argv[2] === 'flights') await flights()
else await compare(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 5))

async function compare(rows: number, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'))
  const python = await startPython('tables_torch.py')
  try {
    for (const [format, path] of Object.entries(await write(folder, rows))) {
      const complete = async (name: string, count: number) => {
        if (count !== rows) throw new Error(`${name} read ${count} of ${rows} rows.`)
      }
      const contestants: Record<string, Contestant> = {
        onecycle: () => timed(async () => complete('onecycle', await ours(path))),
        ...(format === 'CSV' && { 'tf.data.csv': () => timed(async () => complete('tf.data.csv', await theirs(path))) }),
        ...(python && {
          'PyTorch over pandas': async () => {
            const took = await python.ask({ path, bs })
            await complete('PyTorch', took.count)
            return took
          },
        }),
      }
      console.log(`${format}, ${rows.toLocaleString('en')} rows, least / median of ${rounds}:`)
      for (const line of compared(await inTurns(contestants, rounds), rows, 'rows')) console.log(`  ${line}`)
    }
    python?.end()
    const self = fileURLToPath(import.meta.url)
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, self, 'flights'])
    console.log(stdout.trim())
  } finally {
    python?.end()
    await rm(folder, { recursive: true })
  }
}

/** Eight numbers and a category in a row, as both formats. */
async function write(folder: string, rows: number): Promise<{ CSV: string; Parquet: string }> {
  const random = new Random(1)
  const names = Array.from({ length: 8 }, (_, i) => `x${i}`)
  const numbers = names.map(() => Array.from({ length: rows }, () => Number(random.normal().toFixed(5))))
  const kinds = Array.from({ length: rows }, () => 'abcd'[random.int(4)]!)
  const paths = { CSV: join(folder, 'numbers.csv'), Parquet: join(folder, 'numbers.parquet') }
  const line = (row: number) => `${numbers.map(column => column[row]).join(',')},${kinds[row]}`
  await writeFile(paths.CSV, `${names},kind\n${kinds.map((_, row) => line(row)).join('\n')}\n`)
  const columns = names.map((name, i) => ({ name, data: numbers[i]!, type: 'DOUBLE' as const }))
  const buffer = parquetWriteBuffer({ columnData: [...columns, { name: 'kind', data: kinds, type: 'STRING' }] })
  await writeFile(paths.Parquet, new Uint8Array(buffer))
  return paths
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
