import { accelerators } from '@onecycle/backend/internal'
import { layers } from '@tensorflow/tfjs-layers'
import { setFusedSteps } from './optimizer/fused.js'
import { recordOnNative } from './replay/native-recording.js'
import { setReplay } from './replay/seam.js'
import { replay } from './replay/steps.js'

/** Where a step was set to run again already: a second time does nothing. */
const served = new Set<string>()

/** What {@link accelerate} does on webgpu, by programs of ours, and on tfjs-node, by TensorFlow's fused operations and graphs. */
export async function accelerateOthers(backend: keyof typeof accelerators): Promise<void> {
  const { steps, StepRecording } = await accelerators[backend](layers)
  setFusedSteps(steps)
  if (served.has(backend)) return
  served.add(backend)
  if (StepRecording) recordOnNative(StepRecording)
  setReplay(replay)
}
