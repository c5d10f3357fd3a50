import { readFile } from 'node:fs/promises'
import { UsageError } from '../usage-error.js'
import { type Job, keys } from './keys.js'
import { configIn } from './run-paths.js'

/** Options of a command that are keys of a job. */
export type Given = Partial<Job> & { config?: string; [option: string]: unknown }

/**
 * The job that a config file and the command line say together: what is on the line goes before.
 *
 * @throws Error for a file that is wrong, with the line; and without data
 */
export async function jobOf({ config, ...given }: Given): Promise<Job> {
  const fromFile = config === undefined ? {} : await readConfig(config)
  const fromLine = Object.fromEntries(Object.entries(given).filter(([name, value]) => name in keys && value !== undefined))
  const job = { ...fromFile, ...fromLine } as Partial<Job>
  if (job.data === undefined)
    throw new UsageError('job-data', 'There is no data: say with --data what to train on, a table, a folder, or mnist.')
  return { ...(job as Job), ...listsOf(job) }
}

/** The job of a run that is there. */
export async function jobOfRun(dir: string): Promise<Job> {
  return jobOf({ config: configIn(dir) })
}

async function readConfig(path: string): Promise<Partial<Job>> {
  const text = await readFile(path, 'utf8').catch(cause => {
    throw new UsageError(
      'config-file',
      `Cannot read ${path}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`,
      { cause },
    )
  })
  const { parseConfig } = await import('./config-file.js')
  return parseConfig(text, path)
}

/** One text is a list of one. */
export function listsOf(job: Partial<Job>): Partial<Job> {
  const lists = Object.entries(job).filter(([name]) => keys[name as keyof Job].type === 'texts')
  return Object.fromEntries(lists.map(([name, value]) => [name, [value].flat()]))
}
