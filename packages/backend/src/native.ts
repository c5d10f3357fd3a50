import { findBackend, getKernelsForBackend, removeBackend, unregisterKernel } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from './candidate.js'
import { importPackage } from './packages.js'

const tfjsName = 'tensorflow'

/** Node 23 removed a function that tfjs-node 4.22.0 calls for every tensor it makes (tfjs issue 8609). */
const nodeVersionNote =
  'tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed: run it with Node 20 or 22, ' +
  "or put the function back before it is loaded (require('util').isNullOrUndefined = value => value == null)."

/** Both packages call themselves 'tensorflow': what a first one left behind is cleared before the second registers itself. */
let loaded: string | undefined

async function load(name: string): Promise<string> {
  if (loaded && loaded !== name) {
    if (findBackend(tfjsName)) removeBackend(tfjsName)
    for (const { kernelName } of getKernelsForBackend(tfjsName)) unregisterKernel(kernelName, tfjsName)
  }
  loaded = name
  await importPackage(name)
  const backend = (await startRegistered(tfjsName)) as { isUsingGpuDevice?: boolean }
  return backend.isUsingGpuDevice ? 'CUDA' : 'native CPU'
}

export const nodeGpu: Candidate = {
  name: 'node-gpu',
  tfjsName,
  packages: ['@tensorflow/tfjs-node-gpu'],
  notes: [
    'Needs an NVIDIA GPU with CUDA 11.2 and cuDNN 8.1 (Linux; the versions TensorFlow 2.9 was built with).',
    nodeVersionNote,
  ],
  async start() {
    const device = await load('@tensorflow/tfjs-node-gpu')
    if (device !== 'CUDA') throw new Error('no CUDA device found (it needs CUDA 11.2 and cuDNN 8.1)')
    return device
  },
}

export const node: Candidate = {
  name: 'node',
  tfjsName,
  packages: ['@tensorflow/tfjs-node'],
  notes: [nodeVersionNote],
  start: () => load('@tensorflow/tfjs-node'),
}
