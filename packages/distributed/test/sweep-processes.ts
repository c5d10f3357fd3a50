import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { found } from './found.js'

export const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A program that runs beside the tests. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

/** Starts one of the programs here, with what it is told as JSON. */
export function start(program: 'sweep-program.mjs' | 'worker-program.mjs', told: object): Running {
  return running(spawn(process.execPath, [file(program), JSON.stringify(told)]))
}

function running(child: ChildProcess): Running {
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (part: string) => {
      text[name] += part
    })
  return { child, ended: new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal, ...text }))) }
}

export const noRedis = found('redis-server') ? undefined : 'no redis-server here'

/** A Redis of a test's own, in a folder of its own. */
export class TestRedis {
  readonly url: string
  readonly #port: number
  readonly #dir = mkdtempSync(join(tmpdir(), 'onecycle-redis-'))
  readonly #options: readonly string[]
  #child: ChildProcess | undefined

  /**
   * @param keeps whether it has after a restart what it had before
   * @param memory bytes that it may take
   */
  static async start({ keeps = false, memory = 0 } = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), ['--appendonly', keeps ? 'yes' : 'no', '--maxmemory', String(memory)])
    await redis.start()
    return redis
  }

  private constructor(port: number, options: readonly string[]) {
    this.#port = port
    this.#options = options
    this.url = `redis://127.0.0.1:${port}`
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--dir', this.#dir]
    this.#child = spawn('redis-server', [...options, ...this.#options], { stdio: 'ignore' })
    while (!(await answers(this.#port))) await setTimeout(20)
  }

  /** As a machine that loses its power. */
  async kill(): Promise<void> {
    const gone = new Promise(resolve => this.#child!.on('close', resolve))
    this.#child!.kill('SIGKILL')
    await gone
  }

  async end(): Promise<void> {
    await this.kill()
    await rm(this.#dir, { recursive: true })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise(closed => server.close(closed))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}

/** What a file says, as soon as it says something. */
export async function textOnce(path: string, fits: (text: string) => boolean = text => text !== ''): Promise<string> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (fits(text)) return text
    await setTimeout(10)
  }
}

/** The process that is at a trial. */
export async function processAt(dir: string): Promise<number> {
  const attempts = JSON.parse(await textOnce(join(dir, 'attempts.json'), text => text.includes('pid'))) as { pid: number }[]
  return attempts.at(-1)!.pid
}

/** The numbers of the trials that ran, each as often as it did. */
export async function ranIn(dir: string): Promise<number[]> {
  return (await readFile(join(dir, 'ran.txt'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => Number(line.split(' ')[0]))
    .sort((a, b) => a - b)
}

/** What a trial of `learner-trial.mjs` ended with: the bits of its weights. */
export async function weightsOf(dir: string): Promise<string> {
  return /weights ([\da-f]{64})/.exec(await readFile(join(dir, 'output.txt'), 'utf8'))![1]!
}
