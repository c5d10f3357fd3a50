import { namesIn, removeFile } from '@onecycle/platform'

/** A file of a folder of checkpoints. */
export interface RunFile {
  readonly path: string
  /** Which fit of the program, from 0. */
  readonly fit: number
  /** Counts the checkpoints of a fit; that of its end comes last of all. */
  readonly number: number
}

/** The number of the checkpoint with which a fit ends. */
export const end = Number.POSITIVE_INFINITY

/** Where a checkpoint lies: `fit-0-00007.safetensors`, and at the end of the fit `fit-0.safetensors`. */
export function runFile(dir: string, fit: number, number: number): RunFile {
  const place = number === end ? '' : `-${String(number).padStart(5, '0')}`
  return { path: `${dir.replace(/[\\/]$/, '')}/fit-${fit}${place}.safetensors`, fit, number }
}

/** The checkpoints of a folder, the newest of the last fit first. */
export async function runFiles(dir: string): Promise<RunFile[]> {
  const files = (await namesIn(dir)).flatMap(name => {
    const [, fit, number] = /^fit-(\d+)(?:-(\d+))?\.safetensors$/.exec(name) ?? []
    return fit === undefined ? [] : [runFile(dir, Number(fit), number === undefined ? end : Number(number))]
  })
  return files.sort((a, b) => b.fit - a.fit || (a.number === b.number ? 0 : b.number - a.number))
}

/** Removes what processes left that ended amid writing. */
export async function removeUnfinished(dir: string): Promise<void> {
  const names = (await namesIn(dir)).filter(name => /^fit-\d+(-\d+)?\.safetensors\..+\.tmp$/.test(name))
  await Promise.all(names.map(name => removeFile(`${dir}/${name}`)))
}

export async function removeAll(files: readonly RunFile[]): Promise<void> {
  await Promise.all(files.map(({ path }) => removeFile(path)))
}
