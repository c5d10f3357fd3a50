import { nearestName, rangeError, show } from '@onecycle/platform'
import type { Head } from '../target.js'
import type { Encoded } from './item-encoder.js'
import type { Block, Part, Shown } from './part.js'

/** A class as its number. */
export class Category implements Part<string | number, number> {
  static readonly name: string = 'Category'
  readonly kind = 'category'
  readonly head: Head
  readonly classes: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor({ classes }: { classes: readonly string[] }) {
    this.classes = classes
    this.head = { target: 'class', targetShape: [], c: classes.length, classes }
    this.#numbers = numbersOf(classes)
  }

  state() {
    return { classes: this.classes }
  }

  load(label: string | number): number {
    return numberOf(label, this.#numbers)
  }

  encode(number: number): Encoded {
    return { values: Int32Array.of(number), shape: [] }
  }

  show(values: ArrayLike<number>): Shown {
    return { text: this.classes[values[0]!] }
  }
}

/** Labels of which a sample may have several, or none: a 1 for each that it has. */
export class MultiCategory implements Part<readonly string[], readonly number[]> {
  static readonly name: string = 'MultiCategory'
  readonly kind = 'multicategory'
  readonly head: Head
  readonly classes: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor({ classes }: { classes: readonly string[] }) {
    this.classes = classes
    this.head = { target: 'multilabel', targetShape: [classes.length], c: classes.length, classes }
    this.#numbers = numbersOf(classes)
  }

  state() {
    return { classes: this.classes }
  }

  load(labels: readonly string[]): readonly number[] {
    return labels.map(label => numberOf(label, this.#numbers))
  }

  encode(numbers: readonly number[]): Encoded {
    const values = new Float32Array(this.classes.length)
    for (const number of numbers) values[number] = 1
    return { values, shape: [values.length] }
  }

  show(values: ArrayLike<number>): Shown {
    return { text: this.classes.filter((_, i) => values[i]! >= 0.5).join(' ') || '(none)' }
  }
}

/** One value, or several. */
export class Values implements Part<number | ArrayLike<number>, Float32Array> {
  static readonly name: string = 'Values'
  readonly kind = 'values'
  readonly head: Head
  readonly #shape: readonly number[]

  /** @param state.shape of one target; [] for one value */
  constructor({ shape }: { shape: readonly number[] }) {
    this.#shape = shape
    this.head = { target: 'value', targetShape: [...shape], c: undefined }
  }

  state() {
    return { shape: this.#shape }
  }

  load(given: number | ArrayLike<number>): Float32Array {
    const values = typeof given === 'number' ? Float32Array.of(given) : Float32Array.from(given)
    const size = this.#shape[0] ?? 1
    if (values.length !== size || !values.every(Number.isFinite))
      throw rangeError(
        'target-value',
        `its target is ${show(given)}; expected ${size === 1 ? 'a finite number' : `${size} finite numbers`}.`,
      )
    return values
  }

  encode(values: Float32Array): Encoded {
    return { values, shape: this.#shape }
  }

  show(values: ArrayLike<number>): Shown {
    return { text: Array.from(values, value => String(Number(value.toPrecision(4)))).join(', ') }
  }
}

/**
 * The target is one class of several.
 *
 * @param vocab names of the classes. Default: all that there are, sorted.
 * @example
 * const pets = new DataBlock({ blocks: [ImageBlock(), CategoryBlock(['cat', 'dog'])], get_items: get_image_files, get_y: parent_label })
 */
export function CategoryBlock(vocab?: readonly string[]): Block<string | number> {
  return {
    fit: (labels, train) => {
      if (vocab) return new Category({ classes: vocab })
      const classes = classesOf(labels)
      if (classes.length < 2)
        throw rangeError(
          'one-class',
          `All items have the label ${show(classes[0])}: with one class there is nothing to tell apart; expected two or more.`,
        )
      const trained = new Set(Array.from(train, i => String(labels[i])))
      const unseen = classes.find(name => !trained.has(name))
      if (unseen !== undefined) {
        const n = labels.filter(label => String(label) === unseen).length
        throw rangeError(
          'class-only-validates',
          `The class ${show(unseen)} has ${n === 1 ? 'one item, which validates' : `${n} items, which all validate`}: there is none to train on. ` +
            'Add some, leave the class out, or divide the items otherwise.',
        )
      }
      return new Category({ classes })
    },
  }
}

/**
 * The target is a list of labels. See {@link CategoryBlock}.
 *
 * @example
 * const scenes = new DataBlock({
 *   blocks: [ImageBlock(), MultiCategoryBlock()],
 *   get_x: (row: { file: string; tags: string }) => row.file,
 *   get_y: ({ tags }) => tags.split(' '),
 * })
 */
export function MultiCategoryBlock(vocab?: readonly string[]): Block<readonly string[]> {
  return { fit: labels => new MultiCategory({ classes: vocab ?? classesOf(labels.flat()) }) }
}

/**
 * The target is a number, or as many as the first item has.
 *
 * @example
 * const ages = new DataBlock({
 *   blocks: [ImageBlock(), RegressionBlock()],
 *   get_x: (row: { file: string; age: number }) => row.file,
 *   get_y: ({ age }) => age,
 * })
 */
export function RegressionBlock(): Block<number | ArrayLike<number>> {
  return { fit: ([first]) => new Values({ shape: typeof first === 'number' ? [] : [first!.length] }) }
}

/** All different labels in order: numbers by their size. */
export function classesOf(labels: readonly (string | number)[]): string[] {
  const all = [...new Set(labels)]
  const numeric = all.every(label => typeof label === 'number')
  return all.sort((a, b) => (numeric ? Number(a) - Number(b) : compare(String(a), String(b)))).map(String)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function numbersOf(classes: readonly string[]): ReadonlyMap<string, number> {
  return new Map(classes.map((name, i) => [name, i]))
}

function numberOf(label: string | number, numbers: ReadonlyMap<string, number>): number {
  const number = numbers.get(String(label))
  if (number !== undefined) return number
  const classes = [...numbers.keys()]
  const meant = nearestName(String(label), classes)
  throw rangeError(
    'unknown-class',
    `its label ${show(label)} is none of the classes${meant ? `; did you mean ${show(meant)}?` : ';'} expected one of ${show(classes)}.`,
  )
}
