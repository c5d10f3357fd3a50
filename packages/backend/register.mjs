// What the packed backends of TensorFlow.js register themselves by (`bundle.mjs`). A program may import their packages as well, before or
// after: TensorFlow.js would warn of each kernel that comes a second time.
import * as core from '@tensorflow/tfjs-core'

const engine = core.engine()
const runs = name => name in engine.registry

/** What a program has started is left as it is; what it has merely imported gives way. */
export function registerBackend(name, factory, priority) {
  if (runs(name)) return false
  if (core.findBackendFactory(name)) core.removeBackend(name)
  return core.registerBackend(name, factory, priority)
}

export function registerKernel(config) {
  if (runs(config.backendName)) return
  ours = true
  core.registerKernel(config)
  ours = false
}

const register = engine.registerBackend
engine.registerBackend = (name, ...rest) => !(name in engine.registryFactory) && register.call(engine, name, ...rest)

// Kernels of the cpu are plain functions: which copy's is all the same.
let ours = false
const kernels = globalThis._tfGlobals.get('kernelRegistry')
const { has } = kernels
kernels.has = key => !ours && !key.startsWith('cpu_') && has.call(kernels, key)
