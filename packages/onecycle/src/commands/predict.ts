import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { useBackend } from '@onecycle/backend'
import { load_learner } from '@onecycle/learner/inference'
import { exportIn } from '../job/run-paths.js'

export interface PredictOptions {
  out: string
  keep?: string[]
  probs: boolean
  prefix?: string
  sep?: string
  missing?: string[]
}

/** Predicts the rows of a file with a run, or what `learn.export` wrote, and says how many and where they are. */
export async function predict(model: string, data: string, { out, ...options }: PredictOptions): Promise<void> {
  await useBackend()
  const predictor = await load_learner(existsSync(join(exportIn(model), 'model.json')) ? exportIn(model) : model)
  const { path, rows } = await predictor.predict_csv(data, out, options)
  console.log(`${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'} predicted: ${path}`)
}
