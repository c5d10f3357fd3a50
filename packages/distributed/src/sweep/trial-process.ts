import { pathToFileURL } from 'node:url'
import { codeOf, plainError, typeError } from '@onecycle/platform'
import type { Tells, Told } from './protocol.js'
import { runTrial, TooMuchMemory, type TrialFunction } from './run-trial.js'
import { readSettings } from './settings.js'

// What a process of trials runs: one trial after the other, as it is told.

const tell = (message: Tells) => void process.send?.(message)

/** Of the trial under way, if one is. */
let ending = new AbortController()
let runs = false

process.on('message', (told: Told) => {
  if (told.what === 'stop') ending.abort(plainError('sweep-ended', 'The sweep was interrupted.'))
  else void run(told)
})
// Who asked for trials has ended: what is under way ends in order, and lives on in its checkpoint.
process.on('disconnect', () => {
  if (!runs) process.exit(0)
  ending.abort(plainError('sweep-ended', 'The process of the sweep has ended.'))
  // A trial that does not hear its signal.
  setTimeout(() => process.exit(1), 30_000).unref()
})
// Ctrl-C reaches all processes of a terminal: who asked for trials says what is to be done.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (signal === 'SIGTERM') ending.abort(plainError('sweep-ended', 'The process of the trial was asked to end.'))
  })

async function run({ dir, trial, module, memory }: Extract<Told, { what: 'run' }>): Promise<void> {
  ending = new AbortController()
  runs = true
  const watch = memory === undefined ? undefined : setInterval(() => checkMemory(memory), 200)
  try {
    const outcome = await runTrial(dir, await readSettings(dir), trial, await trialIn(module), ending.signal)
    tell({ what: 'ended', outcome })
  } catch (error) {
    tell({ what: 'failed', message: (error as Error).message, code: codeOf(error, 'trial-process') })
  } finally {
    clearInterval(watch)
    runs = false
    if (!process.connected) process.exit(0)
  }
}

function checkMemory(limit: number): void {
  const taken = process.memoryUsage.rss()
  if (taken > limit)
    ending.abort(new TooMuchMemory(`Its process took ${inMegabytes(taken)} of memory, of ${inMegabytes(limit)} that it may.`))
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`
}

/** A module that cannot be loaded is a trial that fails. */
async function trialIn(module: string): Promise<TrialFunction> {
  try {
    const { default: trial } = (await import(pathToFileURL(module).href)) as { default?: unknown }
    if (typeof trial === 'function') return trial as TrialFunction
    throw typeError(
      'trial-module',
      `${module} has no function as its default export: export default async ({ params, fit }) => { ... }`,
    )
  } catch (error) {
    return () => Promise.reject(error)
  }
}

tell({ what: 'ready' })
