import { plainError } from '@onecycle/platform'
import { registerKernel, type TensorInfo } from '@tensorflow/tfjs-core'

/**
 * Takes back the listeners that the backend's generated script puts on `process` when it starts. They throw every uncaught
 * error again from inside that script, so Node shows its one line of 40 kB before the message, and no other listener is heard.
 */
export function leaveErrorsToTheProgram(): void {
  removeProcessListeners()
  // A kernel's set-up is the moment at which tfjs says that the backend has started; nothing ever runs this one.
  registerKernel({
    kernelName: 'onecycle: started',
    backendName: 'wasm',
    setupFunc: removeProcessListeners,
    kernelFunc: (): TensorInfo => {
      throw plainError('internal', 'This kernel only marks the start of the backend.')
    },
  })
}

/** As it is published, and as the build packs it: without spaces, and with other names. */
const written = {
  uncaughtException: /^function\s*\((\w+)\)\s*\{\s*if\s*\(!\(\1 instanceof \w+\)\)\s*\{?\s*throw \1;?\s*\}?\s*\}$/,
  unhandledRejection: /^function\s*\((\w+)\)\s*\{\s*throw \1;?\s*\}$/,
}

function removeProcessListeners(): void {
  for (const [event, source] of Object.entries(written)) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (source.test(String(listener))) process.removeListener(event, listener)
    }
  }
}
