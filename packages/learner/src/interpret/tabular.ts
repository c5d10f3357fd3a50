import type { DataBunch, TabularDataBunch } from '@onecycle/data'
import { formatNumber } from '@onecycle/plot/internal'
import type { InputValues } from './samples-at.js'

/** Data that is made of a table; undefined for other data. */
export function tabular(data: DataBunch): TabularDataBunch | undefined {
  return 'procs' in data ? (data as TabularDataBunch) : undefined
}

/** Names of the numbers of a sample, in the order of the inputs. */
export function columnNames({ procs }: TabularDataBunch): string[] {
  return [...procs.cat_names, ...procs.cont_names]
}

/** Whether a column only says where a number of another was missing. */
export function isIndicator({ procs }: TabularDataBunch, name: string): boolean {
  return name.endsWith('_na') && procs.cont_names.includes(name.slice(0, -3))
}

/** Samples as the rows that they were made of, cells in the order of {@link columnNames}. */
export function readable({ procs }: TabularDataBunch, samples: readonly (readonly InputValues[])[]): string[][] {
  const input = (i: number) => samples.flatMap(inputs => Array.from(inputs[i]!.values))
  const [cats, conts] = [procs.cat_names.length, procs.cont_names.length].map(Boolean)
  const table = procs.decode({
    length: samples.length,
    ...(cats && { cats: Int32Array.from(input(0)) }),
    ...(conts && { conts: Float32Array.from(input(cats ? 1 : 0)) }),
  })
  return [...table.rows()].map(row =>
    Object.values(row).map(cell => (typeof cell === 'number' ? formatNumber(cell) : String(cell ?? ''))),
  )
}
