import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { show } from '@onecycle/platform'
import { writeWhole } from '@onecycle/recorder'
import type { OptimizerState, SavedParameter } from '../optimizer/index.js'
import { decodeSafetensors, encodeSafetensors, type SafetensorsContent, type StoredTensor } from './safetensors.js'
import type { Snapshot } from './snapshot.js'

const weightPrefix = 'model.'
const slotPrefix = 'optimizer.'
const statePrefix = 'state.'
const extension = '.safetensors'
const format = 'onecycle-checkpoint-1'
/** Metadata of ours. */
const own = ['format', 'optimizer', 'streams']

/** Everything of an optimizer's state but the arrays, which are stored as tensors. */
type OptimizerSummary = Omit<OptimizerState, 'parameters'> & {
  parameters: Record<string, Omit<SavedParameter, 'slots'> & { slots: string[] }>
}

export interface SaveOptions {
  /** Whether the state of the optimizer, of the data's order and of random streams is saved too. Default true. */
  with_opt?: boolean | undefined
  /** Strings that are written beside, for other programs and {@link readMetadata}. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * Writes a snapshot, without `with_opt` its weights alone. Folders are made, `.safetensors` is added when missing. Resolves to the
 * file's path.
 *
 * @throws TypeError for a path without a file name, or metadata that are no strings or under names of our own; Error when the file
 * cannot be written, and what was there stays.
 */
export async function saveCheckpoint(path: string, snapshot: Snapshot, options: SaveOptions = {}): Promise<string> {
  const { with_opt = true, metadata: given = {} } = options
  const file = withExtension(path)
  checkMetadata(given)
  const { weights, optimizer, states, ...streams } = snapshot
  const tensors: Record<string, StoredTensor> = {}
  const metadata: Record<string, string> = { ...given, format }
  for (const [name, weight] of Object.entries(weights)) tensors[weightPrefix + name] = weight
  if (with_opt && optimizer) metadata['optimizer'] = JSON.stringify(detachSlots(optimizer, tensors))
  if (with_opt && states) putStates(states, tensors)
  if (with_opt && Object.keys(streams).length > 0) metadata['streams'] = JSON.stringify(streams)
  await writeWhole(file, encodeSafetensors({ tensors, metadata })).catch(cause => {
    throw new Error(`Cannot write the checkpoint ${file}: ${cause.message}.`, { cause })
  })
  return file
}

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (own.includes(key)) throw new TypeError(`metadata cannot have ${key}, which the file says itself: choose another name.`)
    if (typeof value !== 'string')
      throw new TypeError(`metadata.${key} must be a string, as all metadata of a safetensors file, but it is ${show(value)}.`)
  }
}

/**
 * Reads what {@link saveCheckpoint} wrote.
 *
 * @throws Error when the file is missing, truncated, damaged or foreign.
 */
export async function loadCheckpoint(path: string, { with_opt = true } = {}): Promise<Snapshot> {
  return read(withExtension(path), await readWhole(withExtension(path)), content => {
    const weights = weightsIn(content.tensors)
    if (!with_opt) return { weights }
    const { optimizer, streams } = content.metadata
    const states = statesIn(content.tensors)
    return {
      weights,
      ...(optimizer !== undefined && { optimizer: attachSlots(JSON.parse(optimizer) as OptimizerSummary, content.tensors) }),
      ...(streams !== undefined && (JSON.parse(streams) as Pick<Snapshot, 'loader' | 'random'>)),
      ...(states.length > 0 && { states }),
    }
  })
}

/**
 * The metadata that were given to {@link saveCheckpoint}; undefined when there is no such file.
 *
 * @throws Error when the file is truncated, damaged or foreign.
 */
export async function readMetadata(path: string): Promise<Record<string, string> | undefined> {
  const file = withExtension(path)
  const bytes = await readWhole(file).catch(error => {
    if (error.cause?.code === 'ENOENT') return undefined
    throw error
  })
  const theirs = ([key]: [string, string]) => !own.includes(key)
  if (!bytes) return undefined
  return read(file, bytes, ({ metadata }) => Object.fromEntries(Object.entries(metadata).filter(theirs)))
}

/** The path of a checkpoint's file. Throws TypeError for one without a file name. */
export function withExtension(path: string): string {
  if (typeof path !== 'string' || ['', extension].includes(basename(path)) || /[\\/]$/.test(path))
    throw new TypeError(`${JSON.stringify(path)} names no file for a checkpoint: give a path such as 'runs/best'.`)
  return resolve(path.endsWith(extension) ? path : path + extension)
}

async function readWhole(file: string): Promise<Uint8Array> {
  return readFile(file).catch(cause => {
    throw new Error(`Cannot read the checkpoint ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}.`, {
      cause,
    })
  })
}

function read<T>(file: string, bytes: Uint8Array, pick: (content: SafetensorsContent) => T): T {
  try {
    const content = decodeSafetensors(bytes)
    if (content.metadata['format'] !== format)
      throw new Error(`it is a safetensors file of another origin, without the mark ${format}`)
    return pick(content)
  } catch (cause) {
    throw new Error(`${file} is not a checkpoint that can be loaded: ${(cause as Error).message}.`, { cause })
  }
}

function weightsIn(tensors: SafetensorsContent['tensors']): Snapshot['weights'] {
  const ours = Object.entries(tensors).filter(([name]) => name.startsWith(weightPrefix))
  return Object.fromEntries(ours.map(([name, weight]) => [name.slice(weightPrefix.length), weight]))
}

/** By the number of the layer, and of the state in it. */
function putStates(states: NonNullable<Snapshot['states']>, tensors: Record<string, StoredTensor>): void {
  for (const [i, layer] of states.entries()) for (const [j, state] of layer.entries()) tensors[`${statePrefix}${i}.${j}`] = state
}

function statesIn(tensors: SafetensorsContent['tensors']): StoredTensor[][] {
  const states: StoredTensor[][] = []
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!name.startsWith(statePrefix)) continue
    const [i, j] = name.slice(statePrefix.length).split('.').map(Number) as [number, number]
    states[i] = states[i] ?? []
    states[i][j] = tensor
  }
  return states
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
