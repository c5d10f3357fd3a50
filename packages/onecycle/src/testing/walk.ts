import * as tf from '@tensorflow/tfjs-core'

/** What the engine says when code trips over a value that nobody looked at. */
const raw =
  /^(Cannot ((read|set) properties|destructure|convert|use 'in'|mix BigInt|access|create property)|.* is not (a function|iterable|a constructor|defined)\b(?! a)|Invalid (array|typed array) length|Do not know how to serialize|Converting circular|Reduce of empty|Maximum call stack|Class constructor)/

/** A value that no call expects, or not where it stands, and how it is shown. */
export type Foreign = readonly [shown: string, value: unknown]

/** Calls public functions with what they do not expect, and keeps what they say in the engine's words in place of their own. */
export class Walk {
  calls = 0
  refused = 0
  /** What was wrong, a line each. */
  readonly wrong: string[] = []

  /** What was thrown, if anything was. What comes of the call is let go, unless it is what was given. */
  async call(what: string, run: () => unknown, given?: unknown): Promise<Error | undefined> {
    this.calls++
    try {
      const made = await run()
      if (made !== given) release(made)
      return undefined
    } catch (error) {
      this.refused++
      if (!(error instanceof Error)) this.wrong.push(`${what} threw what is no error: ${String(error)}`)
      else if (raw.test(error.message)) this.wrong.push(`${what}: ${error.message}${placeOf(error)}`)
      return error as Error
    }
  }

  /** A function with each of the values, alone and in two places. */
  async values(name: string, run: (...args: unknown[]) => unknown, values: readonly Foreign[]): Promise<void> {
    for (const [shown, value] of values) {
      await this.call(`${name}(${shown})`, () => run(value), value)
      await this.call(`${name}(${shown}, ${shown})`, () => run(value, value), value)
    }
  }

  /** Every method of an object, those that its class inherits too, but for the names left out. */
  async methods(name: string, subject: object, values: readonly Foreign[], except: ReadonlySet<string>): Promise<void> {
    const methods = subject as Record<string, (...args: unknown[]) => unknown>
    for (const method of methodsOf(subject))
      if (!except.has(method)) await this.values(`${name}.${method}`, (...args) => methods[method]!(...args), values)
  }

  /** A call that takes options: with one that it does not have, and with each that it has of a kind that none is. */
  async options(name: string, call: (options: object) => unknown): Promise<void> {
    const misspelt = await this.call(`${name} with a misspelt option`, () => call({ misspelt_option: 1 }))
    const known = / (?:has no option misspelt_option)\..* Its options are: (.*)\.$/.exec(misspelt?.message ?? '')?.[1]
    if (known === undefined) {
      this.wrong.push(`${name} takes misspelt_option: ${misspelt?.message}`)
      return
    }
    for (const option of known.split(', '))
      for (const [shown, value] of never) {
        const refused = await this.call(`${name}({ ${option}: ${shown} })`, () => call({ [option]: value }))
        if (!refused) this.wrong.push(`${name}({ ${option}: ${shown} }) is taken`)
        else if (!new RegExp(`\\b${option.replace(/s$/, '')}`).test(refused.message))
          this.wrong.push(`${name}({ ${option}: ${shown} }) does not name it: ${refused.message}`)
      }
  }
}

/** Of a kind that no option has. */
const never: readonly Foreign[] = [
  ['a promise', Promise.resolve(1)],
  ['a symbol', Symbol('s')],
  ['1n', 1n],
]

function placeOf({ stack = '' }: Error): string {
  const line = stack.split('\n').find(each => each.includes('/packages/') && !each.includes('/testing/'))
  return line ? ` (${line.trim()})` : ''
}

/** Disposes the tensors and models that somebody got for nothing. */
function release(made: unknown): void {
  if (made instanceof tf.Tensor) made.dispose()
  else if (typeof made !== 'object' || made === null) return
  else if ('preds' in made || 'outputs' in made || 'xs' in made) tf.dispose(made as never)
  else if ('layers' in made && 'dispose' in made) (made as { dispose(): void }).dispose()
}

function methodsOf(subject: object): string[] {
  const names = new Set<string>()
  for (let level = subject; level && level !== Object.prototype; level = Object.getPrototypeOf(level))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name)
  return [...names]
}
