import { cp } from 'node:fs/promises'
import { codeOf, plainError } from '@onecycle/platform'
import { dataOf } from '../job/data-of.js'
import { jobOfRun } from '../job/job-of.js'
import { learnerOf } from '../job/learner-of.js'
import { exportIn, weightsIn } from '../job/run-paths.js'
import { type BackendOptions, prepare } from './backend.js'

export interface ExportOptions extends BackendOptions {
  readonly format: 'tfjs' | 'onnx' | 'keras'
  readonly json?: boolean
}

/** Writes the model of a run for others: a folder for load_learner and TensorFlow.js, ONNX, or a file of Keras. */
export async function exportRun(dir: string, to: string, options: ExportOptions): Promise<void> {
  const { format, json = false } = options
  const model = await write(dir, to, options)
  console.log(json ? JSON.stringify({ model, format }) : model)
}

async function write(dir: string, to: string, options: ExportOptions): Promise<string> {
  if (options.format === 'tfjs') {
    await cp(exportIn(dir), to, { recursive: true }).catch(cause => {
      throw plainError(codeOf(cause, 'model-unreadable'), `There is no model in ${dir}: ${(cause as Error).message}`, { cause })
    })
    return to
  }
  const job = await jobOfRun(dir)
  await prepare(options)
  const learn = learnerOf(await dataOf(job), job, { progress: false })
  await learn.load(weightsIn(dir), { with_opt: false })
  return options.format === 'onnx' ? learn.exportOnnx(to) : learn.exportKeras(to)
}
