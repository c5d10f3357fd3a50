import { randomSplit } from 'onecycle'

/** A column of a table as it was read. */
export interface ColumnInfo {
  name: string
  /** Numbers, categories, or what cannot be learned from. */
  kind: 'numbers' | 'categories' | 'refused'
  /** In words: the range, the categories, or why it is refused. */
  about: string
  /** Rows without a value. */
  missing: number
}

/** Rows of texts under their names. */
export interface Table {
  names: readonly string[]
  rows: readonly (readonly string[])[]
}

/** A table made into numbers for a network. */
export interface Encoded {
  /** Inputs of a row, one after the other. */
  width: number
  train: Part
  valid: Part
  /** Names of the classes; undefined where the target is a number. */
  classes: string[] | undefined
  /** Mean and standard deviation of a target that is a number. */
  scale: { mean: number; deviation: number }
  /** What was done that one should know. */
  notes: string[]
}

export interface Part {
  x: Float32Array
  y: Int32Array | Float32Array
  length: number
}

const mostCategories = 30
const mostClasses = 20
const fewestRows = 20

const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text))
const isMissing = (text: string) => /^\s*(|na|n\/a|nan|null|\?)\s*$/i.test(text)

/** What each column holds. */
export function describeColumns({ names, rows }: Table): ColumnInfo[] {
  return names.map((name, column) => {
    const values = rows.map(row => row[column] ?? '').filter(value => !isMissing(value))
    const missing = rows.length - values.length
    const known = { name, missing }
    const different = new Set(values)
    if (values.length === 0) return { ...known, kind: 'refused', about: 'it is empty' }
    if (different.size === 1) return { ...known, kind: 'refused', about: `it is ${[...different][0]} in every row` }
    if (values.every(value => Number.isFinite(numberOf(value)))) {
      const numbers = values.map(numberOf)
      const [low, high] = numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [numbers[0]!, numbers[0]!])
      return { ...known, kind: 'numbers', about: `${short(low)} to ${short(high)}` }
    }
    if (different.size <= mostCategories) return { ...known, kind: 'categories', about: [...different].sort().join(', ') }
    return {
      ...known,
      kind: 'refused',
      about: `it has ${different.size} different texts, and ${mostCategories} categories are the most`,
    }
  })
}

const short = (value: number) => String(Number(value.toPrecision(5)))

/**
 * The table in numbers: columns of numbers with mean 0 and deviation 1 over the rows trained on, categories as one input each, the target
 * as the number of its class, or scaled as the inputs are.
 *
 * @throws Error in words for the visitor when it cannot be learned
 */
export function encode(table: Table, target: string, seed: number): Encoded {
  const { names } = table
  const columns = describeColumns(table)
  const at = names.indexOf(target)
  const goal = columns[at]
  if (!goal) throw new Error(`There is no column '${target}'.`)
  if (goal.kind === 'refused') throw new Error(`'${target}' cannot be predicted: ${goal.about}.`)
  const rows = table.rows.filter(row => !isMissing(row[at] ?? ''))
  const used = columns.flatMap(({ kind }, column) => (column !== at && kind !== 'refused' ? [column] : []))
  if (used.length === 0) throw new Error(`No other column is of use to predict '${target}' from.`)
  if (rows.length < fewestRows)
    throw new Error(`${rows.length} rows have a value of '${target}', and ${fewestRows} are the fewest that can be learned from.`)

  const notes: string[] = []
  if (rows.length < table.rows.length) notes.push(`${table.rows.length - rows.length} rows without '${target}' are left out.`)
  const refused = columns.filter(({ kind }, column) => column !== at && kind === 'refused')
  for (const { name, about } of refused) notes.push(`'${name}' is left out: ${about}.`)
  const filled = used.filter(column => columns[column]!.missing > 0).map(column => `'${names[column]}'`)
  if (filled.length > 0) notes.push(`Where ${filled.join(', ')} has no value, the mean stands in, or a category of its own.`)

  const [train, valid] = randomSplit(rows.length, 0.2, seed)
  const texts = (column: number) => rows.map(row => row[column] ?? '')
  const inputs = used.flatMap(column =>
    columns[column]!.kind === 'numbers' ? [standardized(texts(column), train).values] : oneHot(texts(column)),
  )
  const distinct = [...new Set(texts(at))]
  const isClass = goal.kind === 'categories' || distinct.length <= 10
  if (isClass && distinct.length > mostClasses)
    throw new Error(`'${target}' has ${distinct.length} categories, and ${mostClasses} are the most that are told apart here.`)
  const classes = isClass
    ? distinct.sort((a, b) => (goal.kind === 'numbers' ? Number(a) - Number(b) : a.localeCompare(b)))
    : undefined
  const scaled = standardized(texts(at), train)
  const targets = classes ? Int32Array.from(texts(at), text => classes.indexOf(text)) : scaled.values
  const part = (indices: Int32Array): Part => {
    const x = new Float32Array(indices.length * inputs.length)
    for (const [row, index] of indices.entries())
      for (const [column, values] of inputs.entries()) x[row * inputs.length + column] = values[index]!
    const y = classes ? Int32Array.from(indices, i => targets[i]!) : Float32Array.from(indices, i => targets[i]!)
    return { x, y, length: indices.length }
  }
  return { width: inputs.length, train: part(train), valid: part(valid), classes, scale: scaled.scale, notes }
}

/** Mean 0 and deviation 1 over these rows; a value that is missing is the mean. */
function standardized(texts: readonly string[], over: Int32Array) {
  const numbers = texts.map(text => (isMissing(text) ? Number.NaN : numberOf(text)))
  const known = Array.from(over, i => numbers[i]!).filter(Number.isFinite)
  const mean = known.reduce((sum, n) => sum + n, 0) / Math.max(known.length, 1)
  const deviation = Math.sqrt(known.reduce((sum, n) => sum + (n - mean) ** 2, 0) / Math.max(known.length, 1)) || 1
  const values = Float32Array.from(numbers, n => (Number.isNaN(n) ? 0 : (n - mean) / deviation))
  return { values, scale: { mean, deviation } }
}

/** An input for each category, and one for none. */
function oneHot(texts: readonly string[]): Float32Array[] {
  const categories = [...new Set(texts.map(text => (isMissing(text) ? '' : text)))].sort()
  return categories.map(category => Float32Array.from(texts, text => Number((isMissing(text) ? '' : text) === category)))
}
