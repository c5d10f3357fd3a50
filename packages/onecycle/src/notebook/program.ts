import { plainError } from '@onecycle/platform'
import { parse } from 'acorn'
import { type Cell, isMarker } from './cells.js'
import { runnerName } from './protocol.js'

/** Makes JavaScript of TypeScript, with every line where it was, or with a map of them at its end. */
export type Strip = (text: string) => string | Promise<string>

/**
 * A notebook as a module that tells where it is: it says `begin(cell)` where a cell of code begins, and hands the value of an expression that a cell
 * ends in to `result(cell, value)`. Lines stay where they are.
 *
 * @throws Error for a marker that stands within a statement; what `strip` throws
 */
export async function programOf(text: string, cells: readonly Cell[], strip: Strip): Promise<string> {
  const begins = new Map(cells.flatMap((cell, number) => (cell.kind === 'code' ? [[cell.line, number] as const] : [])))
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (lines[0]?.startsWith('#!')) lines[0] = `//${lines[0]}`
  const marked = lines.map((line, i) => {
    const number = begins.get(i + 1)
    if (number === undefined) return line
    return isMarker(line) ? call('begin', number) : `${call('begin', number)} ${line}`
  })
  const stripped = await strip(marked.join('\n'))
  const { body } = parse(stripped, { ecmaVersion: 'latest', sourceType: 'module' })
  const inserted: [at: number, text: string][] = []
  const found = new Set<number>()
  let cell: number | undefined
  for (const [i, statement] of body.entries()) {
    const number = begunBy(stripped.slice(statement.start, statement.end))
    if (number !== undefined) {
      cell = number
      found.add(number)
    }
    const next = body[i + 1]
    const isLast = !next || begunBy(stripped.slice(next.start, next.end)) !== undefined
    if (cell === undefined || number !== undefined || !isLast || statement.type !== 'ExpressionStatement') continue
    const { start, end } = statement.expression
    inserted.push([start, `await ${runnerName}.result(${cell}, (`], [end, '))'])
  }
  for (const number of begins.values())
    if (!found.has(number))
      throw plainError(
        'notebook-file',
        `the marker of a cell in line ${cells[number]!.line} stands within a statement. Cells hold whole statements.`,
      )
  let program = stripped
  for (const [at, text] of inserted.toReversed()) program = program.slice(0, at) + text + program.slice(at)
  return program
}

const call = (what: 'begin', cell: number) => `;${runnerName}.${what}(${cell});`

function begunBy(statement: string): number | undefined {
  const match = new RegExp(`^${runnerName}\\.begin\\((\\d+)\\)`).exec(statement)
  return match ? Number(match[1]) : undefined
}
