import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Table } from '@onecycle/data'
import { load_learner, type Predictor } from '@onecycle/learner/inference'
import { plainError, writeWhole } from '@onecycle/platform'
import { chalkStderr } from 'chalk'
import { exportIn } from '../job/run-paths.js'
import { type BackendOptions, prepare } from './backend.js'

export interface PredictOptions extends BackendOptions {
  json?: boolean
  out: string
  keep?: string[]
  probs: boolean
  prefix?: string
  sep?: string
  missing?: string[]
}

/** Predicts the rows of a file, or the pictures or texts of a folder, with a run or what `learn.export` wrote, and says how many and where they are. */
export async function predict(model: string, data: string, given: PredictOptions): Promise<void> {
  const { out, json = false, backend, threads, ...options } = given
  await prepare({ ...(backend !== undefined && { backend }), ...(threads !== undefined && { threads }) })
  const predictor = await load_learner(existsSync(join(exportIn(model), 'model.json')) ? exportIn(model) : model)
  const ofTable = predictor.manifest.inputs?.kind === 'table'
  const { path, rows } = ofTable
    ? await predictor.predict_csv(data, out, options)
    : await predictFiles(predictor, data, out, options.probs)
  if (json) console.log(JSON.stringify({ path, rows }))
  else {
    const what = ofTable ? 'row' : 'file'
    console.error(chalkStderr.dim(`${rows.toLocaleString('en')} ${rows === 1 ? what : `${what}s`} predicted:`))
    console.log(path)
  }
}

async function predictFiles(predictor: Predictor, path: string, out: string, probs: boolean) {
  const ofTexts = predictor.manifest.inputs?.kind === 'text'
  const files = await filesIn(path, ofTexts ? /\.txt$/i : /\.(png|jpe?g|webp)$/i)
  if (files.length === 0)
    throw plainError('no-files', `There are no ${ofTexts ? 'texts (.txt)' : 'pictures (.png, .jpg, .webp)'} in ${path}.`)
  const rows: Record<string, unknown>[] = []
  for (const file of files) {
    const item = ofTexts ? await readFile(file, 'utf8') : file
    const answer = (await predictor.predict(item as never)) as unknown as Record<string, unknown>
    rows.push({ file, ...cells(answer, probs) })
  }
  await writeWhole(out, Table.from_rows(rows).to_csv())
  return { path: out, rows: files.length }
}

/** A file, or those of a folder and of what is in it. */
async function filesIn(path: string, pattern: RegExp): Promise<string[]> {
  const there = await stat(path).catch(() => undefined)
  if (!there) throw plainError('no-files', `There is no ${path}.`)
  if (!there.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  return names
    .filter(name => pattern.test(name))
    .map(name => join(path, name))
    .sort()
}

/** An answer in columns: what it holds of objects under names with a dot. */
function cells(answer: Readonly<Record<string, unknown>>, probs: boolean, prefix = ''): Record<string, unknown> {
  const parts = Object.entries(answer).filter(([name]) => probs || name !== 'probs')
  return Object.assign(
    {},
    ...parts.map(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? cells(value as Record<string, unknown>, probs, `${prefix}${name}.`)
        : { [`${prefix}${name}`]: Array.isArray(value) ? value.join(' ') : value },
    ),
  )
}
