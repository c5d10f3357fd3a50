import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CodeCell, Output } from '../../src/notebook/nbformat.js'
import { root } from '../run-program.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

/** What starts each kernel, which writes where it listens to a file. */
const argvs = {
  deno: (path: string) => [path, 'jupyter', '--kernel', '--conn', '{connection_file}'],
  tslab: (path: string) => [path, 'kernel', '--config-path', '{connection_file}'],
}

type Kernel = keyof typeof argvs

/** A Python that has nbclient: one of ours, or the system's (Debian: python3-nbclient). */
const python = [findTool('jupyter').path, 'python3', '/usr/bin/python3'].find(
  each => each && spawnSync(each, ['-c', 'import nbclient, nbformat']).status === 0,
)

/** Why cells cannot be run in a kernel here; undefined where they can. */
export function missing(kernel: Kernel): string | undefined {
  return findTool(kernel).missing ?? (python ? undefined : (findTool('jupyter').missing ?? 'nbclient cannot be imported'))
}

/** Runs cells one after the other in a kernel that lies beside the notebooks, and resolves to what each left behind. */
export async function runInKernel(kernel: Kernel, cells: readonly string[]): Promise<Output[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'onecycle-kernel-'))
  try {
    const spec = join(folder, 'kernels', kernel)
    await mkdir(spec, { recursive: true })
    const argv = argvs[kernel](findTool(kernel).path)
    await writeFile(join(spec, 'kernel.json'), JSON.stringify({ argv, display_name: kernel, language: 'typescript' }))
    const script = fileURLToPath(new URL('./run_cells.py', import.meta.url))
    const env = { ...process.env, JUPYTER_PATH: folder, IPYTHONDIR: folder }
    const child = spawn(python!, [script, kernel, join(root, 'notebooks')], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text
      })
    child.stdin.end(JSON.stringify(cells))
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    if (code !== 0) throw new Error(`The cells ended with ${code}:\n${said.stderr}`)
    return (JSON.parse(said.stdout) as { cells: CodeCell[] }).cells.map(({ outputs }) => [...outputs])
  } finally {
    await rm(folder, { recursive: true })
  }
}
