import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** What a program printed. @throws Error with the last line of what it complained about. */
export function output(command: string, args: readonly string[], env = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    let out = ''
    let errors = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(out.trim()) : reject(new Error(reasonIn(errors) || `exit code ${code}`))))
  })
}

function reasonIn(errors: string): string {
  const lines = errors.trim().split('\n')
  return (lines.findLast(line => /error/i.test(line) && line.length < 500) ?? lines.at(-1) ?? '').trim()
}

/** Runs one of the TypeScript files beside this one in a process of its own. */
export const script = (file: string, ...args: string[]) => output(process.execPath, ['--import', 'tsx', here(file), ...args])

/** The Python that has PyTorch with the GFLOP/s of its own matrix product on one thread, or why there is none. */
export async function findTorch(): Promise<{ python: string; version: string; gemm: number } | { missing: string }> {
  let missing = ''
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const [version, gemm] = (await output(python, [here('torch_bench.py')])).split(' ') as [string, string]
      return { python, version, gemm: Number(gemm) }
    } catch (error) {
      missing ||= (error as Error).message
    }
  }
  return { missing }
}

/** @param form in which PyTorch runs the networks: as they stand, or one of those that may be faster */
export const torch = (python: string, args: readonly string[], form: 'eager' | 'compile' | 'channels_last' = 'eager') =>
  output(python, [here('torch_bench.py'), ...args], { ...process.env, TORCH_FORM: form })

/** The machine's peak of 128-bit fused multiply-adds in GFLOP/s, or why it cannot be measured. */
export async function nativePeak(): Promise<number | string> {
  const folder = await mkdtemp(join(tmpdir(), 'fma-peak-'))
  try {
    const program = join(folder, 'fma-peak')
    await output('cc', ['-O3', '-march=native', '-o', program, here('fma-peak.c')])
    return Number(await output(program, []))
  } catch (error) {
    return (error as Error).message
  } finally {
    await rm(folder, { recursive: true })
  }
}
