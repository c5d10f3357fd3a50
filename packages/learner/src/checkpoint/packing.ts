import { kind, plainError } from '@onecycle/platform'
import type { OptimizerState, SavedParameter } from '../optimizer/index.js'
import { parseJson } from './json.js'
import type { SafetensorsContent, StoredArray, StoredTensor } from './safetensors.js'
import type { RunState, Snapshot } from './snapshot.js'
import { deepest, packState, unpackState } from './state.js'

const weightPrefix = 'model.'
const slotPrefix = 'optimizer.'
const statePrefix = 'state.'
const runName = 'run'

/** Names of the metadata that {@link pack} makes. */
export const packed = ['optimizer', 'streams', runName]

/** Everything of an optimizer's state but the arrays, which are stored as tensors. */
type OptimizerSummary = Omit<OptimizerState, 'parameters'> & {
  parameters: Record<string, Omit<SavedParameter, 'slots'> & { slots: string[] }>
}

/** A snapshot as a file stores it: arrays as tensors, all else as JSON in metadata. */
export function pack({ weights, optimizer, states = [], run, ...streams }: Snapshot): SafetensorsContent {
  const tensors: Record<string, StoredArray> = {}
  const metadata: Record<string, string> = {}
  for (const [name, weight] of Object.entries(weights)) tensors[weightPrefix + name] = weight
  for (const [i, layer] of states.entries()) for (const [j, state] of layer.entries()) tensors[`${statePrefix}${i}.${j}`] = state
  if (optimizer) metadata['optimizer'] = JSON.stringify(detachSlots(optimizer, tensors))
  if (Object.keys(streams).length > 0) metadata['streams'] = JSON.stringify(streams)
  if (run) metadata[runName] = JSON.stringify(packState(run, runName, tensors))
  return { tensors, metadata }
}

/** The reverse of {@link pack}. Throws Error when an array is missing, or what should be JSON of ours is none. */
export function unpack({ tensors, metadata }: SafetensorsContent): Snapshot {
  const { optimizer, streams, [runName]: run } = metadata
  const states = statesIn(tensors)
  return {
    weights: weightsIn({ tensors }),
    ...(optimizer !== undefined && { optimizer: attachSlots(parseJson(optimizer, deepest) as OptimizerSummary, tensors) }),
    ...(streams !== undefined && (parseJson(streams, deepest) as Pick<Snapshot, 'loader' | 'random'>)),
    ...(states.length > 0 && { states }),
    ...(run !== undefined && { run: asRun(unpackState(parseJson(run, deepest), tensors)) }),
  }
}

/** Whether a tensor of a file is a weight, by its name. */
export function isWeight(name: string): boolean {
  return name.startsWith(weightPrefix)
}

/** The weights alone, whatever else there is. */
export function weightsIn({ tensors }: Pick<SafetensorsContent, 'tensors'>): Snapshot['weights'] {
  return Object.fromEntries(named(weightPrefix, tensors))
}

function named(prefix: string, tensors: SafetensorsContent['tensors']): [string, StoredTensor][] {
  const ours = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return ours.map(([name, tensor]) => [name.slice(prefix.length), asTensor(name, tensor)])
}

function asTensor(name: string, { shape, values }: StoredArray): StoredTensor {
  if (values instanceof Float32Array) return { shape, values }
  throw plainError('checkpoint-damaged', `${name} is of type F64, and must be F32`)
}

/** By the number of the layer, and of the state in it. */
function statesIn(tensors: SafetensorsContent['tensors']): StoredTensor[][] {
  const states: StoredTensor[][] = []
  for (const [name, tensor] of named(statePrefix, tensors)) {
    // A list with one far away would take for ever to go through.
    const [, layer, state] = (/^(\d{1,5})\.(\d{1,5})$/.exec(name) ?? []).map(Number) as [number, number, number]
    if (layer === undefined) throw plainError('checkpoint-damaged', `${statePrefix}${name} is of no layer: it is damaged`)
    states[layer] ??= []
    states[layer][state] = tensor
  }
  return states
}

function detachSlots({ parameters, ...rest }: OptimizerState, tensors: Record<string, StoredArray>): OptimizerSummary {
  const summaries = Object.entries(parameters).map(([name, { slots, ...own }]) => {
    for (const [slot, stored] of Object.entries(slots)) tensors[slotName(name, slot)] = stored
    return [name, { ...own, slots: Object.keys(slots) }] as const
  })
  return { ...rest, parameters: Object.fromEntries(summaries) }
}

/** Only the form in which it is looked at: what each callback remembers is looked at by that. */
function asRun(run: unknown): RunState {
  const { fit, place, callbacks, machine } = (run ?? {}) as Partial<RunState>
  const named = kind.listOf(kind.object).fits(callbacks) && callbacks!.every(({ name }) => typeof name === 'string')
  if (named && [fit, place, place?.values, machine].every(kind.object.fits)) return run as RunState
  throw plainError('checkpoint-damaged', 'its run describes no fit: it is damaged')
}

function attachSlots({ parameters, ...rest }: OptimizerSummary, tensors: Readonly<Record<string, StoredArray>>): OptimizerState {
  const { fits } = kind.object
  if (!fits(parameters) || !Object.values(parameters).every(own => fits(own) && kind.listOf(kind.string).fits(own.slots)))
    throw plainError('checkpoint-damaged', 'its optimizer describes none: it is damaged')
  const states = Object.entries(parameters).map(([name, { slots, ...own }]) => {
    const arrays = slots.map(slot => {
      const stored = tensors[slotName(name, slot)]
      if (!stored) throw plainError('checkpoint-damaged', `the optimizer's ${slot} of ${name} is missing`)
      return [slot, asTensor(slotName(name, slot), stored)] as const
    })
    return [name, { ...own, slots: Object.fromEntries(arrays) }] as const
  })
  return { ...rest, parameters: Object.fromEntries(states) }
}

function slotName(parameter: string, slot: string): string {
  return `${slotPrefix}${parameter}.${slot}`
}
