/**
 * Kills training processes with SIGKILL at random moments, begins them again until they come to their end, and compares that, bit for bit,
 * with the end of one that was left alone: `npm run campaign -- --kills 200`. See docs/checkpoint.md.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Random } from '@onecycle/platform'

export interface CampaignOptions {
  /** Processes to kill. Default 10. */
  kills?: number
  backend?: string
  threads?: number
  /** Whether EMA and GradientAccumulation take part. */
  techniques?: boolean
  seed?: number
  log?: (line: string) => void
}

export interface Campaign {
  kills: number
  /** Runs that came to their end after being killed, and how many of them ended at the same bits. */
  runs: number
  identical: number
  /** What any process said on standard error, but for where it goes on. */
  complaints: string[]
}

const child = fileURLToPath(new URL('training.ts', import.meta.url))

/** A process that ended. */
interface Ended {
  readonly code: number | null
  readonly killed: boolean
  readonly stderr: string
}

export async function campaign(options: CampaignOptions = {}): Promise<Campaign> {
  const { kills = 10, backend = 'wasm', threads = 1, techniques = false, seed = 1, log = () => {} } = options
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-campaign-'))
  const random = new Random(seed)
  const done: Campaign = { kills: 0, runs: 0, identical: 0, complaints: [] }
  const train = (dir: string, batches?: number) =>
    start([dir, `${dir}.json`, backend, String(threads), techniques ? 'yes' : 'no'], batches, random.uniform(0, 8))
  try {
    const alone = join(folder, 'alone')
    await train(alone).then(succeeded)
    const expected = readFileSync(`${alone}.json`, 'utf8')
    while (done.kills < kills) {
      const dir = join(folder, `run-${done.runs}`)
      while (!existsSync(`${dir}.json`)) {
        const ended = await train(dir, done.kills < kills ? 1 + random.int(50) : undefined)
        if (ended.killed) done.kills++
        else succeeded(ended)
        done.complaints.push(...ended.stderr.split('\n').filter(line => line && !line.startsWith('The fit goes on from ')))
      }
      done.runs++
      if (readFileSync(`${dir}.json`, 'utf8') === expected) done.identical++
      log(`${done.kills} of ${kills} kills, ${done.runs} runs came to their end, ${done.identical} at the same bits`)
    }
    return done
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function succeeded({ code, stderr }: Ended): void {
  if (code !== 0) throw new Error(`A training fails by itself: ${stderr}`)
}

/** Runs a training, and kills it a few milliseconds after so many batches. */
function start(args: string[], batches = Number.POSITIVE_INFINITY, milliseconds = 0): Promise<Ended> {
  const running = spawn(process.execPath, ['--import', 'tsx', child, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [said, stderr] = [0, '']
  running.stdout.on('data', (dots: Buffer) => {
    if (said < batches && said + dots.length >= batches) setTimeout(() => running.kill('SIGKILL'), milliseconds)
    said += dots.length
  })
  running.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', (code, signal) => resolve({ code, stderr, killed: signal === 'SIGKILL' }))
  })
}
