import util from 'node:util'
import {
  add,
  engine,
  findBackend,
  getBackend,
  getKernelsForBackend,
  removeBackend,
  setBackend,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from '../../candidate.js'
import { importPackage } from './find-package.js'

/** Both packages call themselves this. */
const tfjsName = 'tensorflow'
const [cpuPackage, gpuPackage] = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const

interface NativeBackend {
  readonly isUsingGpuDevice?: boolean
  readonly isGPUPackage?: boolean
}

/**
 * What tfjs-node 4.22.0 calls for its kernels (tfjs issue 8609): Node 22 warns about both, Node 23 removed the second. It looks for them
 * when it calls them, so that a copy which the program has loaded finds them too.
 */
const droppedByNode = { isArray: Array.isArray, isNullOrUndefined: (value: unknown) => value == null }

const nodeVersionNote =
  'It calls util.isNullOrUndefined, which Node 23 removed (tfjs issue 8609). onecycle puts it back; a program that loads tfjs-node ' +
  "itself has to (require('util').isNullOrUndefined = value => value == null)."

/** Why a package does not start. Neither can be loaded twice in a process. */
const failures = new Map<string, unknown>()

/** Loads one of the two packages, unless one runs already: to replace it would take the program's tensors with it. */
async function start(name: string, needsCuda: boolean): Promise<string> {
  if (failures.has(name)) throw failures.get(name)
  const running = runningPackage()
  if (running && running !== name) throw new Error(`${running} runs already, and a process can hold only one of the two`)
  const before = getBackend()
  try {
    Object.assign(util, droppedByNode)
    if (!running) await importPackage(name)
    const { isUsingGpuDevice } = (await startRegistered(tfjsName)) as NativeBackend
    if (needsCuda && !isUsingGpuDevice) throw new Error('no CUDA device found (it needs CUDA 11.2 and cuDNN 8.1)')
    // It may start and yet be unable to run a kernel.
    tidy(() => add(1, 1).dataSync())
    return isUsingGpuDevice ? 'CUDA' : 'native CPU'
  } catch (error) {
    if (running) throw error
    failures.set(name, error)
    // What it registered would be in the other one's way.
    if (findBackend(tfjsName)) removeBackend(tfjsName)
    for (const { kernelName } of getKernelsForBackend(tfjsName)) unregisterKernel(kernelName, tfjsName)
    if (before) await setBackend(before)
    throw error
  }
}

function runningPackage(): string | undefined {
  const backend = engine().registry[tfjsName] as NativeBackend | undefined
  return backend && (backend.isGPUPackage ? gpuPackage : cpuPackage)
}

export const nodeGpu: Candidate = {
  name: 'node-gpu',
  tfjsName,
  packages: [gpuPackage],
  notes: [
    'Needs an NVIDIA GPU with CUDA 11.2 and cuDNN 8.1 (Linux; the versions TensorFlow 2.9 was built with).',
    nodeVersionNote,
  ],
  start: () => start(gpuPackage, true),
}

export const node: Candidate = {
  name: 'node',
  tfjsName,
  packages: [cpuPackage],
  notes: [nodeVersionNote],
  start: () => start(cpuPackage, false),
}
