import { nearestName } from '@onecycle/platform'
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import { array, enum as choice, literal, number, optional, refine, strictObject, string, union, type ZodMiniType } from 'zod/mini'
import { UsageError } from '../usage-error.js'
import { expected, type Job, type Key, keys } from './keys.js'

/**
 * Reads a job from a file of JSON or YAML.
 *
 * @param text what is in it
 * @param path how messages call it
 * @throws Error with the line of what is wrong, and what was expected
 */
export function parseConfig(text: string, path: string): Partial<Job> {
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
  if (value === null) return {}
  const { success, data, error } = schema.safeParse(value)
  if (success) return data as Partial<Job>
  const [issue] = error.issues
  if (issue!.code === 'unrecognized_keys') {
    const [unknown] = issue!.keys as [string]
    throw new UsageError('config-file', `${at(offsetOf(document, unknown))}: there is no key ${unknown}. ${meant(unknown)}`)
  }
  const key = String(issue!.path[0] ?? '')
  if (!Object.hasOwn(keys, key))
    throw new UsageError(
      'config-file',
      `${path} holds ${JSON.stringify(value)}; expected keys with their values, such as data: churn.csv.`,
    )
  const node = document.getIn([key], true)
  const given = JSON.stringify((value as Record<string, unknown>)[key])
  throw new UsageError(
    'config-file',
    `${at(isNode(node) ? node.range?.[0] : undefined)}: ${key} is ${given}; expected ${expected(keys[key as keyof Job])}.`,
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
  if (type === 'choice') return choice(choices as [string, ...string[]])
  return words ? union([figure, literal(words as [string, ...string[]])]) : figure
}

const schema = strictObject(Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, optional(schemaOf(key))])))

/** Where a key stands. */
function offsetOf({ contents }: Document, key: string): number | undefined {
  const pair = isMap(contents) ? contents.items.find(item => isScalar(item.key) && String(item.key.value) === key) : undefined
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
}

function meant(key: string): string {
  const nearest = nearestName(key, Object.keys(keys))
  return nearest ? `Did you mean ${nearest}?` : `The keys are ${Object.keys(keys).join(', ')}.`
}
