import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const { findTool } = await import(fileURLToPath(new URL('../../../../scripts/tools.mjs', import.meta.url)))

/** A Python that has what a tool of scripts/tools.mjs names, or why there is none; what it prints is JSON. */
export function findPython(tool: 'python' | 'keras' | 'tensorboard' | 'mlflow') {
  const { path, missing } = findTool(tool) as { path: string; missing?: string }
  const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { stdout } = await promisify(execFile)(path, ['-c', program, ...args], {
      env: { ...process.env, ...env },
      maxBuffer: 2 ** 26,
    })
    return JSON.parse(stdout)
  }
  return { missing, path, run }
}
