import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'

const convolutions = [tf.FusedConv2D, tf.Conv2DBackpropInput, tf.Conv2DBackpropFilter]

/** Sets the cpu backend under tfjs-node's name, with convolutions that refuse the paddings which the gradients of tfjs-node's do. */
export async function useTensorFlowStandIn({ isUsingGpuDevice = false } = {}): Promise<void> {
  if (tf.findBackend('tensorflow')) tf.removeBackend('tensorflow')
  tf.registerBackend('tensorflow', () => Object.assign(new MathBackendCPU(), { isUsingGpuDevice, firstUse: false }))
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernel.kernelName, 'tensorflow')) continue
    const kernelFunc = convolutions.includes(kernel.kernelName) ? strict(kernel.kernelFunc) : kernel.kernelFunc
    tf.registerKernel({ ...kernel, backendName: 'tensorflow', kernelFunc })
  }
  await tf.setBackend('tensorflow')
}

function strict(run: tf.KernelFunc): tf.KernelFunc {
  return args => {
    const pad = args.attrs!['pad']
    if (pad !== 'same' && pad !== 'valid') throw new Error(`TF Backend supports only 'valid' and 'same' padding, not ${pad}`)
    return run(args)
  }
}
