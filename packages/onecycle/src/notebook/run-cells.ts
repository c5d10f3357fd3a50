// Runs in a process of its own, for one notebook.

import * as nodeModule from 'node:module'
import { type LoadHook, register } from 'node:module'
import { inspect } from 'node:util'
import type { MimeBundle } from './nbformat.js'
import { type Begin, runnerName, type Told } from './protocol.js'

const tell = (told: Told) => void process.send?.(told)

for (const stream of ['stdout', 'stderr'] as const) {
  process[stream].write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
    tell({ stream, text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() })
    const told = typeof encoding === 'function' ? encoding : done
    if (typeof told === 'function') queueMicrotask(told as () => void)
    return true
  }) as typeof process.stdout.write
}

let finished = false
const runner = {
  begin: (cell: number) => tell({ begin: cell }),
  async result(_: number, value: unknown): Promise<void> {
    const awaited = await value
    if (awaited !== undefined) tell({ result: await shown(awaited) })
  },
}

/** In the forms that a kernel would show. */
async function shown(value: unknown): Promise<MimeBundle> {
  const display = (value as Record<symbol, unknown> | null)?.[Symbol.for('Jupyter.display')]
  if (typeof display === 'function') return (await display.call(value)) as MimeBundle
  return { 'text/plain': inspect(value, { colors: false }) }
}

function failed(error: unknown): void {
  if (finished) return
  finished = true
  const { name, message, stack } = error instanceof Error ? error : { name: 'Error', message: inspect(error), stack: '' }
  const { exitCode } = Object(error) as { exitCode?: unknown }
  const told = { name, message, stack: stack ?? '', ...(typeof exitCode === 'number' && { exitCode }) }
  process.send?.({ error: told } satisfies Told, () => process.exit(1))
}

process.on('uncaughtException', failed)
process.on('unhandledRejection', failed)
process.once('message', async ({ url, program }: Begin) => {
  Object.assign(globalThis, { [runnerName]: runner })
  answerBy(url, program)
  try {
    await import(url)
  } catch (error) {
    return failed(error)
  }
  finished = true
  process.send?.({ done: true } satisfies Told, () => process.exit())
})

/** Whoever imports the notebook gets the program that it became. */
function answerBy(url: string, program: string): void {
  const hooks = nodeModule as { registerHooks?: (hooks: { load: LoadSync }) => void }
  if (hooks.registerHooks) {
    hooks.registerHooks({
      load: (asked, context, next) =>
        asked.split('?')[0] === url ? { format: 'module', source: program, shortCircuit: true } : next(asked, context),
    })
    return
  }
  const load = `let given
export const initialize = data => { given = data }
export const load = (url, context, next) =>
  url.split('?')[0] === given.url ? { format: 'module', source: given.program, shortCircuit: true } : next(url, context)`
  register(`data:text/javascript,${encodeURIComponent(load)}`, { data: { url, program } })
}

type LoadSync = (
  url: string,
  context: Parameters<LoadHook>[1],
  next: (url: string, context: Parameters<LoadHook>[1]) => { format: string },
) => object
