import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Job } from './keys.js'

export const configIn = (dir: string) => join(dir, 'config.json')
export const weightsIn = (dir: string) => join(dir, 'weights.safetensors')
export const exportIn = (dir: string) => join(dir, 'model')

/** A name that no run has: of the data, counted up. */
export async function freeName(runs: string, { data }: Job): Promise<string> {
  const base = basename(data).replace(/\.\w+(\.gz)?$/, '') || 'run'
  for (let n = 1; ; n++) if (!existsSync(join(runs, `${base}-${n}`))) return `${base}-${n}`
}
