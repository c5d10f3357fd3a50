import type { TargetKind } from '../target.js'
import type { Table } from './table.js'
import type { TableTarget, TableTargetState } from './table-target.js'
import type { TabularInputs, TabularPreprocessor } from './tabular-preprocessor.js'

/** Inputs that a model is to give back: the numbers, as they were normalized, or the code of one category. */
class InputTarget implements TableTarget {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: TargetKind
  readonly classes: readonly string[] | undefined
  readonly scale: TableTarget['scale']
  readonly #place: number
  readonly #places: number

  /** @param place of a category among the categories */
  constructor(state: TableTargetState, place: number, places: number, scale?: TableTarget['scale']) {
    this.name = state.name
    this.columns = state.columns
    this.target = state.target
    this.classes = state.classes
    this.scale = scale
    this.#place = place
    this.#places = places
  }

  get shape(): number[] {
    return this.columns.length > 1 ? [this.columns.length] : []
  }

  get c(): number | undefined {
    return this.classes?.length
  }

  encode(_table: Table, { length, cats, conts }: TabularInputs): Int32Array | Float32Array {
    if (this.target === 'value') return conts!
    return Int32Array.from({ length }, (_, row) => cats![row * this.#places + this.#place]!)
  }

  /** A row has them as its inputs. */
  decode(): [] {
    return []
  }

  counts(): undefined {
    return undefined
  }

  state(): TableTargetState {
    const { name, columns, target, classes } = this
    return { name, columns, target, ...(classes && { classes }) }
  }
}

/**
 * All that goes into a model, for one that is to give it back: its numbers at an output `numbers`, and each category at one of its own.
 *
 * @param nameOf what the output of a column is called
 */
export function inputTargets(procs: TabularPreprocessor, nameOf: (column: string) => string): TableTarget[] {
  const { cat_names, cont_names } = procs
  const { normalize } = procs.state()
  const scale = normalize && {
    means: cont_names.map(name => normalize.means[name]!),
    stds: cont_names.map(name => normalize.stds[name]!),
  }
  const numbers: TableTargetState = { name: 'numbers', columns: cont_names, target: 'value' }
  return [
    ...(cont_names.length > 0 ? [new InputTarget(numbers, 0, 0, scale)] : []),
    ...cat_names.map((column, i) => {
      const category: TableTargetState = {
        name: nameOf(column),
        columns: [column],
        target: 'class',
        classes: procs.classes(column),
      }
      return new InputTarget(category, i, cat_names.length)
    }),
  ]
}
