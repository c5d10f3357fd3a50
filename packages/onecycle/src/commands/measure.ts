import { fileURLToPath } from 'node:url'
import type { BackendName, Diagnosis } from '@onecycle/backend'
import { projectFolder } from '@onecycle/backend/internal'
import chalk, { chalkStderr } from 'chalk'
import { networks } from './measure/networks.js'
import type { Steps } from './measure/steps.js'
import { command } from './native/work.js'

/** The training steps of a backend. */
export interface Measured {
  readonly backend: BackendName
  readonly steps: readonly Steps[]
  /** Why there are no more. */
  readonly fails?: string
}

/** All of them together, and what those that are still to come are left of it at least. */
const [secondsOfAll, secondsOfOne] = [55, 8]

/** Measures training steps on each backend that works here, one after the other, each in a process of its own; plain JavaScript's on W3 alone. */
export async function measure({ backends }: Diagnosis): Promise<Measured[]> {
  const measured: Measured[] = []
  const end = performance.now() + 1000 * secondsOfAll
  const names = backends.filter(({ usable }) => usable).map(({ name }) => name)
  for (const [i, name] of names.entries()) {
    console.error(chalkStderr.dim(`measuring ${name} …`))
    const left = (end - performance.now()) / 1000 - secondsOfOne * (names.length - 1 - i)
    measured.push(await measureOne(name, Math.max(left, secondsOfOne)))
  }
  return measured
}

async function measureOne(backend: BackendName, seconds: number): Promise<Measured> {
  const program = fileURLToPath(new URL('measure/steps.js', import.meta.url))
  const names = backend === 'cpu' ? ['W3'] : networks.map(({ name }) => name)
  let told = ''
  const heard = (text: string) => {
    told += text
  }
  const fails = await command(process.execPath, [program, backend, projectFolder() ?? '.', ...names], {
    signal: AbortSignal.timeout(Math.round(1000 * seconds)),
    heard,
  }).then(
    () => undefined,
    (error: Error) =>
      error.name === 'AbortError' ? `took more than ${Math.round(seconds)} s` : error.message.split('\n').at(-1)!,
  )
  const lines = told.split('\n').filter(line => line.startsWith('{') && line.endsWith('}'))
  return { backend, steps: lines.map(line => JSON.parse(line) as Steps), ...(fails && { fails }) }
}

/** The table for people: milliseconds of a step, the shortest and the middle one. */
export function tableOf(measured: readonly Measured[]): string {
  const names = networks.map(({ name }) => name)
  const fastest = names.map(name =>
    Math.min(...measured.flatMap(({ steps }) => steps.filter(each => each.name === name).map(each => each.min))),
  )
  const digits = (ms: number) => (ms < 100 ? ms.toFixed(2) : ms.toFixed(0))
  const rows = measured.map(({ backend, steps, fails }) => {
    const cells = names.map((name, i) => {
      const found = steps.find(each => each.name === name)
      const text = (found ? `${digits(found.min)} / ${digits(found.median)}` : '-').padEnd(18)
      return found && found.min === fastest[i] ? chalk.green(text) : text
    })
    return `  ${backend.padEnd(10)}${cells.join('')}${fails ? chalk.yellow(fails) : ''}`.trimEnd()
  })
  return [
    `${chalk.bold('Training steps')}, milliseconds, shortest / median`,
    `  ${''.padEnd(10)}${names.map(name => name.padEnd(18)).join('')}`.trimEnd(),
    ...rows,
    ...networks.map(({ name, what }) => chalk.dim(`  ${name}: ${what}`)),
  ].join('\n')
}
