import util from 'node:util'
import { plainError } from '@onecycle/platform'
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
import { type Candidate, type Lack, startRegistered } from '../../candidate.js'
import { wasm } from '../../embedded.js'
import type { MaybeNative } from '../../native/operations.js'
import { lacksForCuda } from './cuda.js'
import { findPackage, importPackage } from './find-package.js'

/** Both packages call themselves this. */
const tfjsName = 'tensorflow'
const [cpuPackage, gpuPackage] = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const

/**
 * What tfjs-node 4.22.0 calls for its kernels (tfjs issue 8609): Node 22 warns about both, Node 23 removed the second. It looks for them
 * when it calls them, so that a copy which the program has loaded finds them too.
 */
const droppedByNode = { isArray: Array.isArray, isNullOrUndefined: (value: unknown) => value == null }

const nodeVersionNote =
  'It calls util.isNullOrUndefined, which Node 23 removed (tfjs issue 8609). onecycle puts it back; a program that loads tfjs-node ' +
  "itself has to (require('util').isNullOrUndefined = value => value == null), or has it from: npx onecycle native install."
const downloadNote = (kind: string) => `Where npm's download of it fails: npx onecycle native install ${kind}`

/** Why a package does not start. Neither can be loaded twice in a process. */
const failures = new Map<string, unknown>()
let lacking: readonly Lack[] = []

/** Loads one of the two packages, unless one runs already: to replace it would take the program's tensors with it. */
async function start(name: string, byName = false): Promise<string> {
  const wantsCuda = name === gpuPackage
  if (failures.has(name)) throw failures.get(name)
  const running = runningPackage()
  if (running && running !== name)
    throw plainError('two-tensorflows', `${running} runs already, and a process can hold only one of the two`)
  const before = getBackend()
  try {
    Object.assign(util, droppedByNode)
    // Its library greets every process with lines about the processor and what it would like to have.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
    if (!running) await load(name)
    const backend = (await startRegistered(tfjsName)) as MaybeNative
    const cuda = backend.isUsingGpuDevice ?? false
    lacking = wantsCuda && !cuda ? lacksForCuda(findPackage(name)?.directory ?? '', backend.binding?.TF_Version ?? '2.9.1') : []
    const without = `no CUDA device found; missing: ${lacking.map(({ piece }) => piece).join(', ')}`
    if (wantsCuda && !cuda && !byName) throw plainError('package-missing', without)
    // It may start and yet be unable to run a kernel.
    tidy(() => add(1, 1).dataSync())
    return cuda ? 'CUDA' : wantsCuda ? `native CPU: ${without}` : 'native CPU'
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

/** @throws Error that says what to do, where the package is there without its native part */
async function load(name: string): Promise<void> {
  try {
    await importPackage(name)
  } catch (cause) {
    if (!/tfjs_binding\.node|libtensorflow/.test(String((cause as Error).message))) throw cause
    const kind = name === gpuPackage ? 'gpu' : 'cpu'
    throw plainError(
      'native-broken',
      `its native part is not there, or not whole; npx onecycle native install ${kind} brings it`,
      { cause },
    )
  }
}

function runningPackage(): string | undefined {
  const backend = engine().registry[tfjsName] as MaybeNative | undefined
  return backend && (backend.isGPUPackage ? gpuPackage : cpuPackage)
}

export const nodeGpu: Candidate = {
  name: 'node-gpu',
  tfjsName,
  packages: [gpuPackage],
  notes: [
    'Needs an NVIDIA GPU with its driver, CUDA and cuDNN: 11.2 and 8.1 for TensorFlow 2.9, 12 and 9 for 2.18 (Linux).',
    downloadNote('gpu'),
    nodeVersionNote,
  ],
  start: ({ byName } = {}) => start(gpuPackage, byName),
  lacks: () => lacking,
}

export const node: Candidate = {
  name: 'node',
  tfjsName,
  packages: [cpuPackage],
  notes: [downloadNote('cpu'), nodeVersionNote],
  start: () => start(cpuPackage),
  worse: async trial => (await import('./trial.js')).slowerThanWasm(node, wasm, trial),
}
