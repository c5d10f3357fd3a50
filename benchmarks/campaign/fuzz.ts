/**
 * Loads checkpoints that were cut short, have a flipped bit or a lost sector, or were made to do harm, in a process that is watched:
 * `npm run campaign -- --fuzz 2000`. See docs/checkpoint.md.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { programArguments } from '../../packages/onecycle/test/run-program.js'

/** What came of the files of one kind. */
export interface FuzzRow {
  files: number
  refused: number
  /** Taken, though not what was written. */
  otherNumbers: number
  /** Refused, but not for what is wrong with them. */
  otherWords: string[]
  /** The longest of them took. */
  milliseconds: number
  /** Bytes at the most, those of the file included. */
  memory: number
}

export interface Fuzz {
  /** Bytes of the file that is spoiled. */
  readonly size: number
  /** By the way in which they are spoiled, and where; hostile ones by name. */
  readonly rows: Readonly<Record<string, FuzzRow>>
}

/**
 * @param count files that are spoiled, by turns in each way and each of their regions
 * @param units of the layers of the model whose checkpoint is spoiled: 384 make 4 MB
 * @throws Error when a file takes a minute, or ends the process
 */
export async function fuzz(count: number, seed = 1, units = 384): Promise<Fuzz> {
  const args = [
    '--expose-gc',
    ...(await programArguments(fileURLToPath(new URL('fuzzed.ts', import.meta.url)))),
    ...[count, seed, units].map(String),
  ]
  // Large pieces of memory go back to the system when they are free, so that what is taken next is seen.
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' }
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  let said = ''
  let hung: NodeJS.Timeout | undefined
  running.stdout.setEncoding('utf8').on('data', text => {
    said += text
    clearTimeout(hung)
    hung = setTimeout(() => running.kill('SIGKILL'), 60_000)
  })
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', code => {
      clearTimeout(hung)
      const [dots, figures] = said.split('\n') as [string, string]
      if (code === 0) resolve(JSON.parse(figures))
      else reject(new Error(`File ${dots.length + 1} ends the process, or takes more than a minute.`))
    })
  })
}

/** The kinds in short, hostile files as one. */
export function fuzzTable({ size, rows }: Fuzz): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {}
  for (const [name, { files, refused, otherNumbers, milliseconds, memory }] of Object.entries(rows)) {
    const kind = name.replace(/^hostile: .*/, 'made to do harm')
    table[kind] ??= { files: 0, refused: 0, 'other numbers': 0, 'ms at most': 0, 'memory / file': 0 }
    const row = table[kind]
    row['files']! += files
    row['refused']! += refused
    row['other numbers']! += otherNumbers
    row['ms at most'] = Math.max(row['ms at most']!, Math.ceil(milliseconds))
    // Files that do harm are small, and measured in those that do not.
    row['memory / file'] = Math.max(row['memory / file']!, Number((memory / size).toFixed(2)))
  }
  return table
}
