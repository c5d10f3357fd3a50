/**
 * Kills training processes with SIGKILL, after random batches and amid writing checkpoints by turns, begins them again until they come to
 * their end, and compares that, bit for bit, with the end of one that was left alone. See docs/checkpoint.md.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '@onecycle/platform'
import { combinations } from './combinations.js'
import { type Death, type Ended, runTraining } from './process.js'

export interface KillsOptions {
  /** Processes to kill. Default 10. */
  kills?: number
  backend?: string
  threads?: number
  /** Whether trainings have techniques by turns. */
  techniques?: boolean
  seed?: number
  /** The Node that trains. Default: this one. */
  node?: string
  log?: (line: string) => void
}

export interface Kills {
  kills: number
  /** Of them those amid the writing of a checkpoint, and those that left a file half written. */
  writing: number
  halfWritten: number
  /** Runs that came to their end after being killed, and how many of them ended at the same bits. */
  runs: number
  identical: number
  /** What any process said on standard error, but for where it goes on, and files that stayed. */
  complaints: string[]
}

export async function killTrainings(options: KillsOptions = {}): Promise<Kills> {
  const { kills = 10, backend = 'wasm', threads = 1, techniques = false, seed = 1, log = () => {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-campaign-'))
  const random = new Random(seed)
  const done: Kills = { kills: 0, writing: 0, halfWritten: 0, runs: 0, identical: 0, complaints: [] }
  const all = techniques ? Object.keys(combinations) : ['plain']
  const ends: Record<string, string> = {}
  const train = (name: string, combination: string, death?: Death) =>
    runTraining({ node: options.node, dir: join(folder, name), backend, threads, combination, death })
  try {
    while (done.kills < kills) {
      const combination = all[done.runs % all.length]!
      ends[combination] ??= succeeded(await train(combination, combination)).end
      const name = `run-${done.runs}`
      let end = ''
      while (end === '') {
        const death = done.kills < kills ? someDeath(random) : undefined
        const ended = await train(name, combination, death)
        end = ended.end
        if (ended.signal === 'SIGKILL') {
          done.kills++
          if (death!.sign === 'w') done.writing++
          if (unfinished(join(folder, name)).length > 0) done.halfWritten++
        } else succeeded(ended)
        done.complaints.push(...ended.stderr.split('\n').filter(line => line && !line.startsWith('The fit goes on from ')))
      }
      done.runs++
      if (end === ends[combination]) done.identical++
      else done.complaints.push(`${name} (${combination}) ended at other bits`)
      done.complaints.push(...unfinished(join(folder, name)).map(file => `${file} stayed`))
      log(`${done.kills} of ${kills} kills, ${done.runs} runs came to their end, ${done.identical} at the same bits`)
    }
    return done
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function someDeath(random: Random): Death {
  const signal = 'SIGKILL'
  if (random.int(2) === 0) return { sign: '.', count: 1 + random.int(25), milliseconds: random.uniform(0, 8), signal }
  return { sign: 'w', count: 1 + random.int(40), milliseconds: random.uniform(0, 2), signal }
}

/** Files in a folder that are not whole. */
const unfinished = (dir: string) => (existsSync(dir) ? readdirSync(dir).filter(name => name.endsWith('.tmp')) : [])

function succeeded(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(`A training fails by itself: ${ended.stderr}`)
  return ended
}
