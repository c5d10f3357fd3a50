import { cp } from 'node:fs/promises'
import { useBackend } from '@onecycle/backend'
import { dataOf } from '../job/data-of.js'
import { jobOfRun } from '../job/job-of.js'
import { learnerOf } from '../job/learner-of.js'
import { exportIn, weightsIn } from '../job/run-paths.js'

/** Writes the model of a run for others: a folder for load_learner and TensorFlow.js, ONNX, or a file of Keras. */
export async function exportRun(
  dir: string,
  to: string,
  { format, backend }: { format: 'tfjs' | 'onnx' | 'keras'; backend?: string },
): Promise<void> {
  if (format === 'tfjs') {
    await cp(exportIn(dir), to, { recursive: true }).catch(cause => {
      throw new Error(`There is no model in ${dir}: ${(cause as Error).message}`, { cause })
    })
    console.log(to)
    return
  }
  await useBackend({ ...(backend !== undefined && { prefer: backend }) })
  const job = await jobOfRun(dir)
  const learn = learnerOf(await dataOf(job), job, { progress: false })
  await learn.load(weightsIn(dir), { with_opt: false })
  console.log(await (format === 'onnx' ? learn.exportOnnx(to) : learn.exportKeras(to)))
}
