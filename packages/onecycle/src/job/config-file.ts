import { checkSpace, type Dimension } from '@onecycle/distributed/sweep'
import { nearestName } from '@onecycle/platform'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import {
  array,
  enum as choice,
  literal,
  looseObject,
  number,
  optional,
  refine,
  strictObject,
  string,
  union,
  unknown,
  type ZodMiniType,
} from 'zod/mini'
import { UsageError } from '../usage-error.js'
import { expected, type Job, type Key, keys } from './keys.js'
import { type SweepJob, sweepKeys } from './sweep-keys.js'

/**
 * Reads a job from a file of JSON or YAML.
 *
 * @param text what is in it
 * @param path how messages call it
 * @throws Error with the line of what is wrong, and what was expected
 */
export function parseConfig(text: string, path: string): Partial<Job> {
  return parsed(text, path, keys).value as Partial<Job>
}

/**
 * Reads a sweep so: the keys of a job, and what it tries.
 *
 * @throws as {@link parseConfig}; UsageError for a key that has one value and several
 */
export function parseSweep(text: string, path: string): Partial<SweepJob> {
  const { value, at } = parsed(text, path, { ...keys, ...sweepKeys })
  const { space = {}, ...job } = value as Partial<SweepJob>
  for (const [name, dimension] of Object.entries(space)) {
    const refuse = (why: string) => {
      throw new UsageError('config-file', `${at('space', name)}: ${why}`)
    }
    if (!Object.hasOwn(keys, name)) refuse(`there is no key ${name} that trials could differ in. ${meant(name, keys)}`)
    if (Object.hasOwn(job, name)) refuse(`${name} has one value in this file, and several in its space: leave one of them out.`)
    try {
      checkSpace({ [name]: dimension })
    } catch (error) {
      refuse((error as Error).message.replace(/^sweep: /, ''))
    }
    const key: Key = keys[name as keyof Job]
    const { values, drawn } = valuesIn(dimension)
    if (drawn && !['number', 'whole'].includes(key.type))
      refuse(`${name} is no number; expected a list of values, each ${expected(key)}.`)
    if (drawn && drawn !== 'int' && key.type === 'whole')
      refuse(`${name} takes whole numbers; expected a list of them, or { int: [1, 4] }.`)
    const wrong = values.find(each => !schemaOf(key).safeParse(each).success)
    if (wrong !== undefined) refuse(`space.${name} has ${JSON.stringify(wrong)}; expected ${expected(key)}.`)
  }
  return value as Partial<SweepJob>
}

/** The values that trials choose from, or the ends between which they are drawn, and how. */
function valuesIn(dimension: Dimension): { readonly values: readonly unknown[]; readonly drawn?: string } {
  if (Array.isArray(dimension)) return { values: dimension }
  if (typeof dimension !== 'object') return { values: [dimension] }
  const [drawn, values] = Object.entries(dimension).find(([name]) => name !== 'steps') as [string, readonly unknown[]]
  return drawn === 'choice' ? { values } : { values, drawn }
}

/** @throws as {@link parseConfig} */
function parsed(text: string, path: string, known: Readonly<Record<string, Key>>) {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number | undefined) => {
    const { line, col } = lines.linePos(offset ?? 0)
    return `${path}:${line}:${col}`
  }
  const [broken] = document.errors
  if (broken)
    throw new UsageError(
      'config-file',
      `${at(broken.pos[0])}: ${broken.message}. Expected keys with their values, a line each, such as data: churn.csv.`,
    )
  const value: unknown = document.toJS()
  const placeOf = (...names: string[]) => at(offsetOf(document, names))
  if (value === null) return { value: {}, at: placeOf }
  const schema = strictObject(Object.fromEntries(Object.entries(known).map(([name, key]) => [name, optional(schemaOf(key))])))
  const { success, data, error } = schema.safeParse(value)
  if (success) return { value: data, at: placeOf }
  const [issue] = error.issues
  if (issue!.code === 'unrecognized_keys') {
    const [stray] = issue!.keys as [string]
    throw new UsageError('config-file', `${placeOf(stray)}: there is no key ${stray}. ${meant(stray, known)}`)
  }
  const key = String(issue!.path[0] ?? '')
  if (!Object.hasOwn(known, key))
    throw new UsageError(
      'config-file',
      `${path} holds ${JSON.stringify(value)}; expected keys with their values, such as data: churn.csv.`,
    )
  const node = document.getIn([key], true)
  const given = JSON.stringify((value as Record<string, unknown>)[key])
  throw new UsageError(
    'config-file',
    `${at(isNode(node) ? node.range?.[0] : undefined)}: ${key} is ${given}; expected ${expected(known[key]!)}.`,
  )
}

/** The schema of a key. */
function schemaOf({ type, choices, min = -Infinity, above = -Infinity, below = Infinity, words }: Key): ZodMiniType {
  const figure = number().check(
    refine(value => value >= min && value > above && value < below && (type === 'number' || Number.isSafeInteger(value))),
  )
  if (type === 'text') return string()
  if (type === 'texts') return union([string(), array(string())])
  if (type === 'numbers') return array(figure)
  if (type === 'object') return looseObject({})
  if (type === 'any') return unknown()
  if (type === 'choice') return choice(choices as [string, ...string[]])
  return words ? union([figure, literal(words as [string, ...string[]])]) : figure
}

/** Where a key stands, or one within it. */
function offsetOf({ contents }: Document, [name, ...inner]: readonly string[]): number | undefined {
  const pair = isMap(contents) ? contents.items.find(item => isScalar(item.key) && String(item.key.value) === name) : undefined
  if (inner.length > 0) return offsetOf({ contents: pair?.value } as Document, inner)
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

function meant(key: string, known: object): string {
  const nearest = nearestName(key, Object.keys(known))
  return nearest ? `Did you mean ${nearest}?` : `The keys are ${Object.keys(known).join(', ')}.`
}
