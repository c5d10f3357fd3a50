/**
 * Kills training processes with SIGKILL, after random batches and amid writing checkpoints by turns, begins them again until they come to
 * their end, and compares that, bit for bit, with the end of one that was left alone. See docs/checkpoint.md.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Random } from '@onecycle/platform'
import { combinations } from './combinations.js'

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

const child = fileURLToPath(new URL('training.ts', import.meta.url))

/** When a process is to be killed: so many milliseconds after it has told so many of these signs. */
interface Death {
  readonly sign: '.' | 'w'
  readonly count: number
  readonly milliseconds: number
}

/** A process that ended. */
interface Ended {
  readonly code: number | null
  readonly killed: boolean
  readonly stderr: string
}

export async function killTrainings(options: KillsOptions = {}): Promise<Kills> {
  const { kills = 10, backend = 'wasm', threads = 1, techniques = false, seed = 1, log = () => {} } = options
  const { node = process.execPath } = options
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-campaign-'))
  const random = new Random(seed)
  const done: Kills = { kills: 0, writing: 0, halfWritten: 0, runs: 0, identical: 0, complaints: [] }
  const all = techniques ? Object.keys(combinations) : ['plain']
  const ends: Record<string, string> = {}
  const train = (dir: string, combination: string, death?: Death) =>
    start(node, [dir, `${dir}.json`, backend, String(threads), combination], death)
  try {
    while (done.kills < kills) {
      const combination = all[done.runs % all.length]!
      const [alone, dir] = [join(folder, combination), join(folder, `run-${done.runs}`)]
      if (!existsSync(`${alone}.json`)) succeeded(await train(alone, combination))
      ends[combination] ??= readFileSync(`${alone}.json`, 'utf8')
      while (!existsSync(`${dir}.json`)) {
        const death = done.kills < kills ? someDeath(random) : undefined
        const ended = await train(dir, combination, death)
        if (!ended.killed) succeeded(ended)
        else {
          done.kills++
          if (death!.sign === 'w') done.writing++
          if (unfinished(dir).length > 0) done.halfWritten++
        }
        done.complaints.push(...ended.stderr.split('\n').filter(line => line && !line.startsWith('The fit goes on from ')))
      }
      done.runs++
      if (readFileSync(`${dir}.json`, 'utf8') === ends[combination]) done.identical++
      else done.complaints.push(`run ${done.runs - 1} (${combination}) ended at other bits`)
      done.complaints.push(...unfinished(dir).map(name => `${name} stayed`))
      log(`${done.kills} of ${kills} kills, ${done.runs} runs came to their end, ${done.identical} at the same bits`)
    }
    return done
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function someDeath(random: Random): Death {
  if (random.int(2) === 0) return { sign: '.', count: 1 + random.int(50), milliseconds: random.uniform(0, 8) }
  return { sign: 'w', count: 1 + random.int(80), milliseconds: random.uniform(0, 2) }
}

/** Files in a folder that are not whole. */
const unfinished = (dir: string) => (existsSync(dir) ? readdirSync(dir).filter(name => name.endsWith('.tmp')) : [])

function succeeded({ code, stderr }: Ended): void {
  if (code !== 0) throw new Error(`A training fails by itself: ${stderr}`)
}

function start(node: string, args: string[], death?: Death): Promise<Ended> {
  const running = spawn(node, ['--import', 'tsx', child, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, stderr] = [0, '']
  running.stdout.setEncoding('utf8').on('data', (signs: string) => {
    if (!death) return
    const before = said
    said += signs.split(death.sign).length - 1
    if (before < death.count && said >= death.count) setTimeout(() => running.kill('SIGKILL'), death.milliseconds)
  })
  running.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', (code, signal) => resolve({ code, stderr, killed: signal === 'SIGKILL' }))
  })
}
