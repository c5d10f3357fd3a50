import { namesIn, removeFile } from '@onecycle/platform'

/** A file of a folder of checkpoints. */
export interface RunFile {
  readonly path: string
  /** Which fit of the program, from 0. */
  readonly fit: number
  /** Counts the checkpoints of a fit; that of its end comes last of all. */
  readonly number: number
  /** Whether it was among the best of its fit when it was written. */
  readonly best: boolean
  /** Whether it has weights that are NaN or infinite: better than none, but no good one. */
  readonly broken: boolean
}

/** The number of the checkpoint with which a fit ends. */
export const end = Number.POSITIVE_INFINITY

/**
 * Where a checkpoint lies: `fit-0-00007.safetensors`, `fit-0-00007-best.safetensors` or `fit-0-00007-nan.safetensors`, and at the end of the
 * fit `fit-0.safetensors`.
 */
export function runFile(dir: string, fit: number, number: number, { best = false, broken = false } = {}): RunFile {
  const place = number === end ? '' : `-${String(number).padStart(5, '0')}${broken ? '-nan' : best ? '-best' : ''}`
  return { path: `${dir.replace(/[\\/]$/, '')}/fit-${fit}${place}.safetensors`, fit, number, best, broken }
}

/** The checkpoints of a folder, those of the last fit first: of its end, the good ones from the newest on, the broken ones. */
export async function runFiles(dir: string): Promise<RunFile[]> {
  const files = (await namesIn(dir)).flatMap(name => {
    const [, fit, number, mark] = /^fit-(\d+)(?:-(\d+)(?:-(best|nan))?)?\.safetensors$/.exec(name) ?? []
    if (fit === undefined) return []
    const marks = { best: mark === 'best', broken: mark === 'nan' }
    return [runFile(dir, Number(fit), number === undefined ? end : Number(number), marks)]
  })
  const later = (a: RunFile, b: RunFile) => (a.number === b.number ? 0 : b.number - a.number)
  return files.sort((a, b) => b.fit - a.fit || Number(a.broken) - Number(b.broken) || later(a, b))
}

export async function removeAll(files: readonly RunFile[]): Promise<void> {
  await Promise.all(files.map(({ path }) => removeFile(path)))
}
