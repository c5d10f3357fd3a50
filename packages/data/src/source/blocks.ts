import type { Table } from '../table/table.js'
import type { TableParts } from '../table/table-parts.js'

/** Rows of a file that can be read block by block, in any order, once they have been read through. */
export interface TableBlocks extends TableParts {
  /** Where blocks begin, in rows, and behind the last one the number of rows. */
  readonly starts: readonly number[]
  read(block: number): Promise<Table>
}
