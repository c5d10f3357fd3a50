import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { writeWhole } from '@onecycle/recorder'
import type { OptimizerState, SavedParameter } from '../optimizer/index.js'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.js'
import type { Snapshot } from './snapshot.js'

const weightPrefix = 'model.'
const slotPrefix = 'optimizer.'
const extension = '.safetensors'
const format = 'onecycle-checkpoint-1'

/** Everything of an optimizer's state but the arrays, which are stored as tensors. */
type OptimizerSummary = Omit<OptimizerState, 'parameters'> & {
  parameters: Record<string, Omit<SavedParameter, 'slots'> & { slots: string[] }>
}

/**
 * Writes a snapshot's weights, and with `with_opt` (default true) the optimizer's state. Folders are made, `.safetensors` is
 * added when missing. Resolves to the file's path.
 *
 * @throws TypeError for a path without a file name; Error when the file cannot be written, and what was there stays.
 */
export async function saveCheckpoint(path: string, snapshot: Snapshot, { with_opt = true } = {}): Promise<string> {
  const file = withExtension(path)
  const tensors: Record<string, StoredTensor> = {}
  const metadata: Record<string, string> = { format }
  for (const [name, weight] of Object.entries(snapshot.weights)) tensors[weightPrefix + name] = weight
  if (with_opt && snapshot.optimizer) metadata['optimizer'] = JSON.stringify(detachSlots(snapshot.optimizer, tensors))
  await writeWhole(file, encodeSafetensors({ tensors, metadata })).catch(cause => {
    throw new Error(`Cannot write the checkpoint ${file}: ${cause.message}.`, { cause })
  })
  return file
}

/**
 * Reads what {@link saveCheckpoint} wrote.
 *
 * @throws Error when the file is missing, truncated, damaged or foreign.
 */
export async function loadCheckpoint(path: string, { with_opt = true } = {}): Promise<Snapshot> {
  const file = withExtension(path)
  const bytes = await readFile(file).catch(cause => {
    throw new Error(`Cannot read the checkpoint ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`, {
      cause,
    })
  })
  try {
    return decode(bytes, with_opt)
  } catch (cause) {
    throw new Error(`${file} is not a checkpoint that can be loaded: ${(cause as Error).message}.`, { cause })
  }
}

function decode(bytes: Uint8Array, with_opt: boolean): Snapshot {
  const { tensors, metadata } = decodeSafetensors(bytes)
  if (metadata['format'] !== format) throw new Error(`it is a safetensors file of another origin, without the mark ${format}`)
  const weights = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(weightPrefix))
      .map(([name, weight]) => [name.slice(weightPrefix.length), weight]),
  )
  const saved = metadata['optimizer']
  if (!with_opt || saved === undefined) return { weights }
  return { weights, optimizer: attachSlots(JSON.parse(saved) as OptimizerSummary, tensors) }
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
    const arrays = slots.map(slot => {
      const stored = tensors[slotName(name, slot)]
      if (!stored) throw new Error(`the optimizer's ${slot} of ${name} is missing`)
      return [slot, stored] as const
    })
    return [name, { ...own, slots: Object.fromEntries(arrays) }] as const
  })
  return { ...rest, parameters: Object.fromEntries(states) }
}

function slotName(parameter: string, slot: string): string {
  return `${slotPrefix}${parameter}.${slot}`
}

function withExtension(path: string): string {
  if (typeof path !== 'string' || ['', extension].includes(basename(path)) || /[\\/]$/.test(path))
    throw new TypeError(`${JSON.stringify(path)} names no file for a checkpoint: give a path such as 'runs/best'.`)
  return resolve(path.endsWith(extension) ? path : path + extension)
}
