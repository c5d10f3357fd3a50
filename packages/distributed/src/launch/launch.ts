import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism, constants } from 'node:os'
import { resolve } from 'node:path'
import { checkCount } from '@onecycle/platform'
import type { Engine } from '../mpi/started-by.js'
import { typescriptArguments } from '../typescript.js'
import { chooseMpiexec } from './mpiexec.js'
import { RankLines } from './rank-lines.js'

const stopByUsr1 = new URL('./stop-by-usr1.js', import.meta.url).href

export interface LaunchOptions {
  /** How many ranks there are. */
  n: number
  /** A program of JavaScript or TypeScript. */
  program: string
  /** What it is called with. */
  args: readonly string[]
  /** `mpich`, `openmpi`, or the path of an mpiexec. Default: the first of the path. */
  mpiexec?: string | undefined
  /** What mpiexec itself is to be told beside what it needs here, such as `['-hosts', 'a,b']`. */
  mpiexecArgs?: readonly string[]
}

/**
 * Runs a program as several ranks on this machine, or on those that mpiexec is told of, and passes their output on.
 *
 * Ctrl-C, SIGTERM, SIGHUP of a terminal that is closed, and SIGUSR1 come to all ranks as SIGTERM, and they end in their own way, with a checkpoint where
 * they keep some; a second one ends them at once.
 *
 * @returns the exit code: mpiexec's, which is that of a rank that failed, or where it tells of none what ranks say that heard a signal; 128 and the
 * signal's number where one ended mpiexec
 */
export async function launch({ n, program, args, mpiexec, mpiexecArgs = [] }: LaunchOptions): Promise<number> {
  checkCount('the number of ranks', n)
  const chosen = chooseMpiexec(mpiexec)
  const { path, engine, library } = chosen
  const options = [...engineArguments(engine, n), ...mpiexecArgs, '-n', `${n}`]
  const ranks = spawn(
    path,
    [...options, process.execPath, '--import', stopByUsr1, ...typescriptArguments(resolve(program)), program, ...args],
    {
      // A group of its own: Ctrl-C in a terminal reaches this process alone, which tells the ranks.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(library && { ONECYCLE_MPI: library }) },
    },
  )
  // MPICH's mpiexec takes all codes for 0, but for those that it noted before the output of all ranks was closed, once it passed a signal on.
  let said = 0
  const lines = new RankLines(chosen, code => {
    said = Math.max(said, code)
  })
  const printed = [pass(ranks.stdout, new RankLines(chosen), process.stdout), pass(ranks.stderr, lines, process.stderr)]
  const signals = passSignals(ranks)
  try {
    const code = await new Promise<number>((done, reject) => {
      ranks.on('error', reject)
      ranks.on('close', (code, signal) => done(code ?? 128 + constants.signals[signal!]))
    })
    await Promise.all(printed)
    return signals.ended() ?? (code || said)
  } finally {
    signals.release()
  }
}

/** Lines marked with their ranks, and what Open MPI refuses unless it is told: to be run by root, and more ranks than it counts cores. */
function engineArguments(engine: Engine, n: number): string[] {
  if (engine === 'MPICH') return ['-prepend-rank']
  return [
    '--tag-output',
    // Threads of wasm would share the one core that a rank is bound to.
    ...['--bind-to', 'none'],
    ...(process.getuid?.() === 0 ? ['--allow-run-as-root'] : []),
    // It counts cores, not their threads.
    ...(n > availableParallelism() / 2 ? ['--oversubscribe'] : []),
  ]
}

function pass(from: NodeJS.ReadableStream, lines: RankLines, to: NodeJS.WritableStream): Promise<void> {
  from.setEncoding('utf8').pipe(lines).pipe(to, { end: false })
  // Whoever reads may stop reading, as `| head -2` does: what ranks write is thrown away from then on, and they do not wait for room.
  to.once('unpipe', () => lines.resume())
  return new Promise(done => lines.on('end', done))
}

/** The first signal goes to the ranks as SIGUSR1, which every mpiexec passes on without ending them soon after; another one ends mpiexec, and they with it. */
function passSignals(ranks: ChildProcess): { release(): void; ended(): number | undefined } {
  let told = false
  let ended: number | undefined
  const hearers = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const).map(signal => {
    const hear = () => {
      if (told) ended = 128 + constants.signals[signal]
      ranks.kill(told ? signal : 'SIGUSR1')
      told ||= signal !== 'SIGUSR1'
    }
    process.on(signal, hear)
    return () => process.off(signal, hear)
  })
  return {
    release() {
      for (const release of hearers) release()
    },
    ended: () => ended,
  }
}
