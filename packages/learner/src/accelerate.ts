import { ready } from '@onecycle/backend'
import { getBackend } from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { setFusedUpdate } from './optimizer/index.js'

let done = false

/**
 * Waits for the backend, where it is still to be chosen. On wasm it then has optimizers step in place, and layers run through one or two
 * kernels each way. What either does stays the same up to rounding. Called before a fit or a pass over data, so that no other backend
 * loads these kernels, and so that a model that was loaded validates as it did when it was saved, to the bit.
 */
export async function accelerate(): Promise<void> {
  await ready()
  if (done || getBackend() !== 'wasm') return
  done = true
  const { accelerateLayers, fusedUpdates } = await import('@onecycle/backend/wasm')
  accelerateLayers(layers)
  for (const [rule, update] of Object.entries(fusedUpdates)) setFusedUpdate(rule, update)
}
