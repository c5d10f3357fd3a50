import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** An mpiexec that tests run ranks with. */
export interface Mpiexec {
  name: string
  command: string
  args: string[]
  /** Why it cannot be used here, for those who leave tests out. */
  missing: string | undefined
}

/** Root, and more ranks than cores, are refused by Open MPI unless it is told. */
const openMpiArguments = ['--allow-run-as-root', '--oversubscribe']

/** MPICH and Open MPI, as Debian names their programs, which are installed side by side. */
export const engines: readonly Mpiexec[] = [
  { name: 'MPICH', command: 'mpiexec.mpich', args: [], says: /HYDRA/ },
  { name: 'Open MPI', command: 'mpiexec.openmpi', args: openMpiArguments, says: /Open ?MPI|OpenRTE/i },
].map(({ says, ...engine }) => {
  const { stdout } = spawnSync(engine.command, ['--version'], { encoding: 'utf8' })
  const there = says.test(stdout ?? '')
  return { ...engine, missing: there ? undefined : `there is no ${engine.command} here` }
})

/** A title of tests of an engine, which says why they are left out where they are. */
export function titleOf({ name, missing }: Mpiexec): string {
  return missing ? `${name}, left out: ${missing}` : name
}

export interface EndedRanks {
  code: number | null
  stdout: string
  stderr: string
  /** Milliseconds. */
  took: number
}

/** Runs `node file ...args` as `n` ranks, and waits for their end. */
export function runRanks(
  { command, args }: Mpiexec,
  n: number,
  file: string,
  given: readonly string[] = [],
  { env = {} }: { env?: Record<string, string> } = {},
): Promise<EndedRanks> {
  const began = performance.now()
  const { FORCE_COLOR: _, ...inherited } = process.env
  const child = spawn(command, [...args, '-n', `${n}`, process.execPath, file, ...given], {
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended: EndedRanks = { code: null, stdout: '', stderr: '', took: 0 }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ ...ended, code, took: performance.now() - began }))
  })
}

/** The path of a program that lies beside the tests. */
export function program(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
