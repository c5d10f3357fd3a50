import { plainError } from '@onecycle/platform'
import type { backend_util, KernelBackend } from '@tensorflow/tfjs-core'

/** What is used of a GPUDevice. */
export interface Device {
  destroy(): void
  readonly lost: Promise<{ readonly message: string }>
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string }; preventDefault(): void }) => void,
  ): void
}

const outspoken = new WeakSet<KernelBackend>()

/**
 * Has TensorFlow.js's webgpu backend say what went wrong. Where memory runs out or a program is not valid, WebGPU goes on with zeros and
 * reports it to nobody who waits: here the next result that is read is refused, which in a fit is the loss of the batch.
 */
export function speakOut<Backend extends KernelBackend>(backend: Backend, device: Device): Backend {
  if (outspoken.has(backend)) return backend
  outspoken.add(backend)
  let failure: string | undefined
  device.addEventListener('uncapturederror', event => {
    event.preventDefault()
    failure ??= event.error.message
  })
  void device.lost.then(({ message }) => {
    failure = `the device was lost: ${message}`
  })
  const check = () => {
    if (failure) throw plainError('gpu-failed', `The GPU failed, so results are wrong from there on: ${failure}`)
  }
  const [read, readSync] = [backend.read.bind(backend), backend.readSync.bind(backend)]
  backend.read = async dataId => {
    const values = (await read(dataId).catch(error => {
      check()
      throw error
    })) as backend_util.BackendValues
    check()
    return values
  }
  backend.readSync = dataId => {
    try {
      return readSync(dataId)
    } catch (cause) {
      // It draws into a canvas, which Node does not have.
      if (!(cause instanceof ReferenceError)) throw cause
      throw plainError(
        'webgpu-wait',
        'The webgpu backend cannot wait for a result in Node: use await tensor.data() in place of dataSync().',
        {
          cause,
        },
      )
    }
  }
  return backend
}
