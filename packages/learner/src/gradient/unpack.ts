import { registerGradient, stack } from '@tensorflow/tfjs-core'

let mended = false

/**
 * Has what takes a tensor apart be differentiated where there is one part alone, as there is where a recurrent layer goes over a single step:
 * TensorFlow.js wants a list there.
 */
export function mendUnpack(): void {
  if (mended) return
  mended = true
  registerGradient({
    kernelName: 'Unpack',
    gradFunc: (dy, _, attrs) => ({ value: () => stack([dy].flat(), attrs['axis'] as number) }),
  })
}
