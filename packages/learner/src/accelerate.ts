import { ready } from '@onecycle/backend'
import { getBackend } from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import type { TrainOptions } from './fit/options.js'
import { setFusedUpdate } from './optimizer/fused.js'
import { setReplay } from './replay/seam.js'

let accelerated: Promise<void> | undefined

/**
 * Waits for the backend, where it is still to be chosen. On wasm it then has optimizers step in place, layers run through one or two
 * kernels each way, and steps run the kernels of earlier ones again; on webgpu the same by programs of ours, and on tfjs-node by TensorFlow's
 * fused operations, and steps as graphs of these. What each does stays the same up to rounding. Called before a fit or a pass over data, so that no other backend loads these
 * kernels, and so that a model that was loaded validates as it did when it was saved, to the bit.
 *
 * @param resume where a fit goes on from: on the backend that it was on
 */
export async function accelerate({ resume }: Pick<TrainOptions, 'resume'> = {}): Promise<void> {
  if (resume) await (await import('./checkpoint/pin.js')).pinToCheckpoint(resume)
  await ready()
  const backend = getBackend()
  if (backend === 'tensorflow' || backend === 'webgpu') return (await import('./accelerate-others.js')).accelerateOthers(backend)
  if (backend !== 'wasm') return
  accelerated ??= load()
  try {
    await accelerated
  } catch (error) {
    // Another attempt may have better luck.
    accelerated = undefined
    throw error
  }
}

async function load(): Promise<void> {
  const [{ accelerateLayers, fusedUpdates }, { replay }] = await Promise.all([
    import('@onecycle/backend/wasm/internal'),
    import('./replay/steps.js'),
  ])
  accelerateLayers(layers)
  for (const [rule, update] of Object.entries(fusedUpdates)) setFusedUpdate(rule, update)
  setReplay(replay)
}
