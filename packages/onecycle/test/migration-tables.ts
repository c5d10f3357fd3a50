import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './run-program.js'

/** Whose names the tables of migration translate. */
export const systems = ['fastai', 'keras', 'pytorch', 'lightning', 'tfjs']

/** A row of them. */
interface Row {
  where: string
  /** The code under "here"; empty where there is nothing. */
  code: string
  here: string
  differs: string
  /** The trace that it is held to. */
  trace: string | undefined
}

/** The rows of a page's tables whose heads are `there | here | what differs | held to`. */
async function rowsOf(system: string): Promise<Row[]> {
  const file = `docs/coming-from-${system}.md`
  const lines = (await readFile(join(root, file), 'utf8')).split('\n')
  let inTable = false
  return lines.flatMap((line, i) => {
    if (line === '| there | here | what differs | held to |') inTable = true
    if (!line.startsWith('|')) inTable = false
    if (!inTable || /^\| there|^\|-/.test(line)) return []
    const cells = line.split('|').slice(1, -1)
    if (cells.length !== 4) throw new Error(`${file}:${i + 1} has ${cells.length} cells`)
    const [, here = '', differs = '', held = ''] = cells.map(cell => cell.trim())
    const code = [...here.matchAll(/`([^`]+)`/g)].map(match => match[1]!).join('\n')
    return [{ where: `${file}:${i + 1}`, code, here, differs, trace: /`([^`]+)`/.exec(held)?.[1] }]
  })
}

/** All rows. */
export const rows = (await Promise.all(systems.map(rowsOf))).flat()
/** Those that have code. */
export const there = rows.filter(({ code }) => code)

/** What a row has at hand. */
export const givenToRows = `
declare module '@tensorflow/tfjs' { export * from 'onecycle/tf' }
declare const learn: import('onecycle').Learner
declare const parts: import('onecycle').Learner
declare const data: import('onecycle').DataBunch
declare const model: import('onecycle/tf').Sequential
declare const generator: import('onecycle/tf').Sequential
declare const critic: import('onecycle/tf').Sequential
declare const source: import('onecycle').TfDataSource
declare const x: Float32Array
declare const y: Int32Array
`
