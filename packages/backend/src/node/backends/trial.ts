import { statSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, parallelism, read, variable, writeWhole } from '@onecycle/platform'
import { engine, getBackend, setBackend, version_core } from '@tensorflow/tfjs-core'
import { type Candidate, reasonOf } from '../../candidate.js'
import { pinnedBackend } from '../../choosing.js'
import { registerNativeKernels } from '../../native/register.js'
import { findPackage } from './find-package.js'
import { timesInTurns } from './trial-work.js'

/** What the work of a trial took, in ms. */
interface Trial {
  readonly node: number
  readonly wasm: number
}

/** More than any machine has; those that were measured last are kept. */
const most = 32

/**
 * Why wasm is the better one here, as far as a trial of some 100 ms says, or one that is remembered; undefined where the native backend
 * is faster, or wasm does not start. Both are started for it, and the one that was set is set again.
 *
 * @param wanted whether a trial may be made: without one wasm is taken
 */
export async function slowerThanWasm(node: Candidate, wasm: Candidate, wanted: boolean): Promise<string | undefined> {
  const pinned = pinnedBackend()
  if (pinned === node.tfjsName) return undefined
  if (pinned === wasm.tfjsName) return 'wasm computed what goes on'
  if (!wanted) return 'not compared with wasm, as no trial was wanted'
  const key = keyOf(node)
  const known = (await trials())[key]
  if (known) return verdict(known)
  const before = getBackend()
  try {
    await node.start()
    // As it is when it trains.
    registerNativeKernels()
    if (!(await starts(wasm))) return undefined
    const found = await measure(node, wasm)
    await remember(key, found)
    return verdict(found)
  } catch (error) {
    return reasonOf(error)
  } finally {
    if (before && before in engine().registry) await setBackend(before)
  }
}

function verdict({ node, wasm }: Trial): string | undefined {
  return node < wasm ? undefined : `takes ${(node / wasm).toFixed(1)} times as long as wasm here`
}

/** Why a backend does not start, it says itself when its turn comes. */
async function starts(candidate: Candidate): Promise<boolean> {
  return candidate.start().then(
    () => true,
    () => false,
  )
}

async function measure(node: Candidate, wasm: Candidate): Promise<Trial> {
  const [native, ours] = await timesInTurns([node.tfjsName, wasm.tfjsName])
  return { node: native!, wasm: ours! }
}

/** All that a trial depends on: other kernels, another library, engine or processor are measured anew. */
function keyOf({ packages }: Candidate): string {
  const { version, directory } = findPackage(packages[0]!) ?? { version: 'none', directory: '' }
  const library = ['libtensorflow.so.2', 'libtensorflow_cc.so.2', 'libtensorflow.2.dylib', 'tensorflow.dll']
    .map(name => statSync(join(directory, 'deps', 'lib', name), { throwIfNoEntry: false }))
    .find(found => found !== undefined)
  return [
    `onecycle ${findPackage('@onecycle/backend')?.version ?? 'unknown'}`,
    `tfjs ${version_core}, tfjs-node ${version}, library ${library?.size ?? 'unknown'}`,
    `${process.release.name} ${process.version} ${process.platform} ${process.arch}`,
    `${cpus()[0]?.model ?? 'unknown'} x ${parallelism()}`,
    ...['ONECYCLE_SIMD', 'OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS'].map(name => variable(name) ?? '-'),
  ].join('; ')
}

const file = () => join(cacheFolder()!, 'trials.json')

/** What is remembered; nothing where that is no file of ours. */
async function trials(): Promise<Record<string, Trial>> {
  try {
    const found: unknown = JSON.parse(new TextDecoder().decode(await read(file())))
    const entries = Object.entries(found as object).filter(([, trial]) => trial?.node > 0 && trial?.wasm > 0)
    return Object.fromEntries(entries) as Record<string, Trial>
  } catch {
    return {}
  }
}

/** A cache that cannot be written makes the next process measure again, and no more. */
async function remember(key: string, trial: Trial): Promise<void> {
  const { [key]: _, ...others } = await trials()
  const kept = [...Object.entries(others), [key, trial] as const].slice(-most)
  await writeWhole(file(), `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`).catch(() => undefined)
}
