import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { OptimizerState, SavedParameter, Slot } from '../optimizer/index.js'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.js'
import type { Snapshot } from './snapshot.js'

const weightPrefix = 'model.'
const slotPrefix = 'optimizer.'
const format = 'onecycle-checkpoint-1'

/** Everything of an optimizer's state but the arrays, which are stored as tensors. */
type OptimizerSummary = Omit<OptimizerState, 'parameters'> & {
  parameters: Record<string, Omit<SavedParameter, 'slots'> & { slots: string[] }>
}

/** Writes a snapshot's weights, and with `with_opt` (default true) the optimizer's state. Returns the file's path. */
export async function saveCheckpoint(path: string, snapshot: Snapshot, { with_opt = true } = {}): Promise<string> {
  const file = withExtension(path)
  const tensors: Record<string, StoredTensor> = {}
  const metadata: Record<string, string> = { format }
  for (const [name, weight] of Object.entries(snapshot.weights)) tensors[weightPrefix + name] = weight
  if (with_opt && snapshot.optimizer) metadata['optimizer'] = JSON.stringify(detachSlots(snapshot.optimizer, tensors))
  await writeWhole(file, encodeSafetensors({ tensors, metadata }))
  return file
}

/** Reads what {@link saveCheckpoint} wrote. */
export async function loadCheckpoint(path: string, { with_opt = true } = {}): Promise<Snapshot> {
  const file = withExtension(path)
  const bytes = await readFile(file).catch(cause => {
    throw new Error(`Cannot read the checkpoint ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`, {
      cause,
    })
  })
  const { tensors, metadata } = decode(file, bytes)
  const weights = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(weightPrefix))
      .map(([name, weight]) => [name.slice(weightPrefix.length), weight]),
  )
  const saved = metadata['optimizer']
  if (!with_opt || saved === undefined) return { weights }
  return { weights, optimizer: attachSlots(JSON.parse(saved) as OptimizerSummary, tensors) }
}

function decode(file: string, bytes: Uint8Array) {
  const foreign = (reason: string) => new Error(`${file} is not a checkpoint that can be loaded: ${reason}.`)
  let content: ReturnType<typeof decodeSafetensors>
  try {
    content = decodeSafetensors(bytes)
  } catch (error) {
    throw foreign((error as Error).message)
  }
  if (content.metadata['format'] !== format)
    throw foreign(`it is a safetensors file of another origin, without the mark ${format}`)
  return content
}

function detachSlots({ parameters, ...rest }: OptimizerState, tensors: Record<string, StoredTensor>): OptimizerSummary {
  const summaries = Object.entries(parameters).map(([name, { slots, ...own }]) => {
    for (const [slot, stored] of Object.entries(slots)) tensors[slotName(name, slot)] = stored
    return [name, { ...own, slots: Object.keys(slots) }] as const
  })
  return { ...rest, parameters: Object.fromEntries(summaries) }
}

function attachSlots({ parameters, ...rest }: OptimizerSummary, tensors: Readonly<Record<string, StoredTensor>>): OptimizerState {
  const states = Object.entries(parameters).map(([name, { slots, ...own }]) => {
    const arrays = slots.map(slot => [slot, tensors[slotName(name, slot)] as Slot] as const)
    return [name, { ...own, slots: Object.fromEntries(arrays) }] as const
  })
  return { ...rest, parameters: Object.fromEntries(states) }
}

function slotName(parameter: string, slot: string): string {
  return `${slotPrefix}${parameter}.${slot}`
}

function withExtension(path: string): string {
  return resolve(path.endsWith('.safetensors') ? path : `${path}.safetensors`)
}

/** A crash while writing leaves the old file as it was: the new one takes its name only when it is complete. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(temporary, bytes, { flush: true })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
