// Seconds from the start of a process to the end of its first batch, with the packages as they are built, in plain Node:
// npx tsx benchmarks/start.ts [ROUNDS], after npm run build
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output } from './child.js'
import { leastAndMedian } from './turns.js'

const program = fileURLToPath(new URL('first-batch.mjs', import.meta.url))
const rounds = Number(process.argv[2] ?? 7)
const folder = mkdtempSync(join(tmpdir(), 'compiled-'))
const ways = {
  'as it is': process.env,
  'with compiled code of the run before (NODE_COMPILE_CACHE)': { ...process.env, NODE_COMPILE_CACHE: folder },
}

/** Milliseconds since the process began. */
interface Moments {
  readonly imported: number
  readonly chosen: number
  readonly trained: number
}

try {
  const moments = Object.keys(ways).map(() => [] as Moments[])
  for (let round = -1; round < rounds; round++) {
    for (const [i, env] of Object.values(ways).entries()) {
      const found = JSON.parse(await output(process.execPath, [program], env)) as Moments
      // The first of all fills caches.
      if (round >= 0) moments[i]!.push(found)
    }
  }
  console.log(`Node ${process.version}, milliseconds since the process began, least / median of ${rounds}`)
  for (const [i, way] of Object.keys(ways).entries()) {
    const at = (of: keyof Moments) =>
      leastAndMedian(moments[i]!.map(each => each[of]))
        .map(ms => ms.toFixed(0))
        .join(' / ')
    console.log(`${way}: imported ${at('imported')}, backend there ${at('chosen')}, first batch over ${at('trained')}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
