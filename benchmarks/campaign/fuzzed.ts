// The process in which `npm run campaign -- --fuzz 2000` loads spoiled and hostile files. Says a dot for each, and at the end what came of them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { Checkpoint, Learner } from '@onecycle/learner'
import { Random } from '@onecycle/platform'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { loadCheckpoint } from '../../packages/learner/src/checkpoint/file.js'
import type { Fuzz, FuzzRow } from './fuzz.js'
import { hostile } from './hostile.js'
import { type Bytes, regionsOf, spoiled, ways } from './mutations.js'

const [count, seed, units] = process.argv.slice(2).map(Number) as [number, number, number]
const random = new Random(seed)
const folder = mkdtempSync(join(tmpdir(), 'onecycle-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const bytes = await checkpoint()
const intact = await loadCheckpoint(bytes)
const rows: Record<string, FuzzRow> = {}

const regions = Object.entries(regionsOf(bytes))
for (let i = 0; i < count; i++) {
  const [region, range] = regions[i % regions.length]!
  const way = ways[Math.floor(i / regions.length) % ways.length]!
  const file = spoiled(bytes, way, range, random)
  // Zeros where there were zeros.
  if (Buffer.compare(file, bytes) === 0) i--
  else await tell(`${way}: ${region}`, file, /cannot be loaded as a checkpoint/)
}
for (const [name, make, refusal] of hostile) await tell(`hostile: ${name}`, await make(), refusal)
process.stdout.write(`\n${JSON.stringify({ size: bytes.length, rows } satisfies Fuzz)}`)

async function tell(name: string, file: Bytes, refusal: RegExp): Promise<void> {
  rows[name] ??= { files: 0, refused: 0, otherNumbers: 0, otherWords: [], milliseconds: 0, memory: 0 }
  const row = rows[name]
  row.files++
  // By turns as bytes and as a file, of which a part at a time is read.
  const path = join(folder, 'spoiled.safetensors')
  const source = row.files % 2 === 0 ? file : path
  if (source === path) writeFileSync(path, file)
  const before = resetPeak()
  const began = performance.now()
  try {
    if (!isDeepStrictEqual(await loadCheckpoint(source), intact)) row.otherNumbers++
  } catch (error) {
    const { message } = error as Error
    if (refusal.test(message) && message.length < 1000) row.refused++
    else row.otherWords.push(message.slice(0, 200))
  }
  row.milliseconds = Math.max(row.milliseconds, performance.now() - began)
  // With the bytes that are loaded, which lay there before.
  row.memory = Math.max(row.memory, peak() - before + (source === path ? 0 : file.length))
  process.stdout.write('.')
}

/** A file of some megabytes, with all that a fit has. */
async function checkpoint(): Promise<Bytes> {
  await useBackend({ prefer: 'wasm', log: false })
  const x = Float32Array.from({ length: 80 }, () => random.normal())
  const data = DataBunch.from_arrays({ x, y: x.map(Math.sin), shape: [1], bs: 1, seed: 1 })
  const model = sequential({
    layers: [
      layers.dense({ units, inputShape: [1], activation: 'relu' }),
      layers.dense({ units, activation: 'relu' }),
      layers.dense({ units, activation: 'relu' }),
      layers.dense({ units: 1 }),
    ],
  })
  const learn = new Learner(data, model, { progress: false, seed: 1 })
  await learn.fit(1e-3, 1, { callbacks: new Checkpoint({ dir: folder }) })
  return Uint8Array.from(readFileSync(join(folder, 'fit-0.safetensors')))
}

/** Begins to measure the most memory that is taken; bytes in use now. Where the system does not say it, all is NaN. */
function resetPeak(): number {
  globalThis.gc!()
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    return Number.NaN
  }
  return peak()
}

function peak(): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))!
  return 1024 * Number(kilobytes)
}
