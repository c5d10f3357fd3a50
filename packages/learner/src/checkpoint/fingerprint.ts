import type { BatchStream, Dataset } from '@onecycle/data'
import { Random, Sha256 } from '@onecycle/platform'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { layersIn, layersOf } from '../model/layers.js'
import type { Layer, Model } from '../model/trainable-model.js'
import type { RunningLearner } from './running-learner.js'

/** What a fit was of, as far as its results depend on it and its states do not say it. Plain JSON. */
export interface Fingerprint {
  readonly model: readonly LayerPrint[]
  readonly optimizer: OptimizerPrint
  readonly data: { readonly train: DataPrint; readonly valid?: DataPrint }
}

interface LayerPrint {
  readonly layer: string
  /** By number, the layers that it gets its inputs from. */
  readonly from: readonly (readonly number[])[]
  readonly config: Readonly<Record<string, unknown>>
}

export interface OptimizerPrint {
  readonly rule: string
  readonly groups: number
  /** Values per layer group of what no callback sets. */
  readonly hyper: Readonly<Record<string, readonly number[]>>
}

type PrintedData = Pick<RunningLearner, 'data' | 'train_dl' | 'valid_dl'>

interface DataPrint {
  readonly samples: number
  readonly bs: number
  /** SHA-256 of some samples, as they come; none where they come otherwise each time, or cannot be read by number. */
  readonly hash?: string
}

/**
 * Samples of a data set that are looked at, the same ones of two sets of one size: some places, and as many from each on, since what is read
 * from a file comes in blocks. One place of a data set that answers with promises, as it may have to read much for each.
 */
const [places, together] = [5, 20]
/** Looked at twice: who changes samples at random shows it by one of them. */
const twice = 8

/** Takes it when everyone has heard the beginning of the fit. */
export async function fingerprintOf(learn: RunningLearner): Promise<Fingerprint> {
  return { model: modelPrint(learn.model), optimizer: optimizerPrint(learn), data: await dataPrint(learn) }
}

export function modelPrint(model: Model): LayerPrint[] {
  const all = layersOf(model).filter(layer => layer !== model)
  return all.map(layer => ({ layer: layer.getClassName(), from: inputsOf(layer, all), config: configOf(layer) }))
}

export function optimizerPrint({ opt, bus }: Pick<RunningLearner, 'opt' | 'bus'>): OptimizerPrint {
  const set = new Set(bus.callbacks.flatMap(({ sets = [] }) => sets))
  const own = opt.names.filter(name => !set.has(name))
  return { rule: opt.rule, groups: opt.groups, hyper: Object.fromEntries(own.map(name => [name, opt.get(name)])) }
}

export async function dataPrint({ data, train_dl, valid_dl }: PrintedData): Promise<Fingerprint['data']> {
  const print = async ({ samples, dataset }: { samples: number; dataset?: Dataset }, part: BatchStream, set = dataset) => {
    const hash = set && (await hashOf(set))
    // That of all ranks together: another number of them may go on.
    return { samples, bs: part.state().batchSize, ...(hash !== undefined && { hash }) }
  }
  const train = await print(data.train_dl, train_dl, data.train_ds)
  return { train, ...(valid_dl && { valid: await print(data.valid_dl!, valid_dl, data.valid_ds) }) }
}

/** Each difference in a sentence that follows on 'it does not fit:'; none where there is none. */
export function differences(was: Partial<Fingerprint>, is: Partial<Fingerprint>): string[] {
  const found: string[] = []
  const compare: Compare = (what, theirs, ours) => {
    const [there, here] = [JSON.stringify(theirs), JSON.stringify(ours)]
    if (there !== here) found.push(`${what} ${there ?? 'nothing'} there, and ${here ?? 'nothing'} here`)
  }
  if (was.model && is.model) compareModels(was.model, is.model, compare)
  if (was.optimizer && is.optimizer) compareOptimizers(was.optimizer, is.optimizer, compare)
  for (const [part, what] of [
    ['train', 'training'],
    ['valid', 'validation'],
  ] as const) {
    const [theirs, ours] = [was.data?.[part], is.data?.[part]]
    if (!was.data || !is.data) continue
    compare(`the samples of the ${what} data are`, theirs?.samples, ours?.samples)
    compare(`the batches of the ${what} data have a size of`, theirs?.bs, ours?.bs)
    if (theirs?.samples === ours?.samples && theirs?.hash && ours?.hash && theirs.hash !== ours.hash)
      found.push(`the ${what} data has other samples than there, of those that were compared`)
  }
  return found
}

type Compare = (what: string, theirs: unknown, ours: unknown) => void

function compareOptimizers(was: OptimizerPrint, is: OptimizerPrint, compare: Compare): void {
  compare('the optimizer is', was.rule, is.rule)
  compare("the optimizer's layer groups are", was.groups, is.groups)
  if (was.rule !== is.rule) return
  for (const name of keysOf(was.hyper, is.hyper)) compare(`the optimizer's ${name} is`, was.hyper[name], is.hyper[name])
}

function compareModels(was: readonly LayerPrint[], is: readonly LayerPrint[], compare: Compare): void {
  compare('the layers of the model are', was.length, is.length)
  if (was.length !== is.length) return
  for (const [i, theirs] of was.entries()) {
    const ours = is[i]!
    compare(`layer ${i} of the model is`, theirs.layer, ours.layer)
    if (theirs.layer !== ours.layer) continue
    const what = `layer ${i} of the model (${ours.layer})`
    compare(`${what} gets its inputs from the layers`, theirs.from, ours.from)
    for (const key of keysOf(theirs.config, ours.config)) compare(`${key} of ${what} is`, theirs.config[key], ours.config[key])
  }
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
}

/** Of calls that are of this model alone: a layer may be in others too. */
function inputsOf(layer: Layer, all: readonly Layer[]): number[][] {
  const { inboundNodes = [] } = layer as Layer & { inboundNodes?: { inboundLayers: Layer[] }[] }
  const calls = inboundNodes.map(({ inboundLayers }) => inboundLayers.map(each => all.indexOf(each)))
  return calls.filter(call => !call.includes(-1))
}

/** Left out of what a layer says of itself: its name, which counts up in a process, and what gave its first weights. */
const unimportant = /^(name|.*[iI]nitializer)$/
/** Characters of a value; of a longer one, its hash stands in the checkpoint. */
const longest = 1000

/** What a layer says of itself, without the layers in it, which speak for themselves. */
function configOf(layer: Layer): Record<string, unknown> {
  if (layersIn(layer).length > 0) return {}
  try {
    const text = JSON.stringify(layer.getConfig(), (key, value) => (unimportant.test(key) ? undefined : value))
    const entries = Object.entries(JSON.parse(text) as object).filter(([, value]) => value !== null)
    return Object.fromEntries(entries.map(([key, value]) => [key, shortened(value)]))
  } catch {
    // A layer of a person's own need not have a config that can be written.
    return {}
  }
}

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text.length > longest ? hexOf(new Sha256().update(new TextEncoder().encode(text))) : value
}

/** The hash of some samples. A source that cannot give them, or not twice, is not compared: a fit is not to end by this. */
async function hashOf(set: Dataset): Promise<string | undefined> {
  const chosen = chosenOf(set)
  try {
    const first = chosen.subarray(0, twice)
    const once = await hashed(set, first)
    const again = await hashed(set, first)
    return once === again ? await hashed(set, chosen) : undefined
  } catch {
    return undefined
  }
}

function chosenOf({ length, asynchronous }: Dataset): Int32Array {
  const count = asynchronous ? 1 : places
  if (length <= count * together) return Int32Array.from({ length }, (_, i) => i)
  const random = new Random(length)
  const starts = Array.from({ length: count }, () => random.int(length - together + 1))
  return Int32Array.from(starts.flatMap(start => Array.from({ length: together }, (_, i) => start + i)))
}

async function hashed(set: Dataset, indices: Int32Array): Promise<string> {
  const hash = new Sha256()
  for (let from = 0; from < indices.length; from += together) {
    const { xs, ys, weights } = await set.batch(indices.subarray(from, from + together))
    const tensors = [xs, ys, weights ?? []].flat() as Tensor[]
    try {
      for (const tensor of tensors) {
        const { buffer, byteOffset, byteLength } = await tensor.data()
        hash
          .update(new TextEncoder().encode(`${tensor.dtype} ${tensor.shape};`))
          .update(new Uint8Array(buffer, byteOffset, byteLength))
      }
    } finally {
      dispose(tensors)
    }
  }
  return hexOf(hash)
}

function hexOf(hash: Sha256): string {
  return Array.from(hash.digest(), byte => byte.toString(16).padStart(2, '0')).join('')
}
