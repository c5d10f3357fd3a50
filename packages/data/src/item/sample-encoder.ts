import { isPromise, type Random } from '@onecycle/platform'
import type { EncodedSample, ItemEncoder } from './item-encoder.js'
import type { ItemTransform, LoadedSample, Part } from './part.js'
import { type KindState, restorePart, restoreTransform, stateOf } from './restore.js'

/** An item's input, and its target where it has one. */
export interface Labelled<X = unknown, Y = unknown> {
  readonly x: X
  readonly y?: Y | undefined
}

/** Plain JSON. */
export interface SampleEncoderState {
  readonly x: KindState
  readonly y?: KindState | undefined
  readonly tfms: readonly KindState[]
}

/** Makes a sample of an item of two parts, its input and its target, which go through transforms together. */
export class SampleEncoder implements ItemEncoder<Labelled, LoadedSample> {
  static readonly name: string = 'SampleEncoder'
  readonly x: Part
  readonly y: Part | undefined
  readonly tfms: readonly ItemTransform[]

  constructor(x: Part, y?: Part | undefined, tfms: readonly ItemTransform[] = []) {
    this.x = x
    this.y = y
    this.tfms = tfms
  }

  /** 'sample', unless a part or a transform works on this thread alone. */
  get kind(): string | undefined {
    return [this.x, this.y, ...this.tfms].every(each => !each || each.kind !== undefined) ? 'sample' : undefined
  }

  get head() {
    return this.y?.head
  }

  get slow(): boolean {
    return Boolean(this.x.slow || this.y?.slow)
  }

  state(): SampleEncoderState {
    const { x, y, tfms } = this
    return { x: stateOf(x), ...(y && { y: stateOf(y) }), tfms: tfms.map(stateOf) }
  }

  /** What transforms do comes after it. */
  loading(): unknown {
    return [this.x, this.y].map(part => part && [part.kind, part.loading?.() ?? part.state()])
  }

  static async restore({ x, y, tfms }: SampleEncoderState): Promise<SampleEncoder> {
    const restored = await Promise.all(tfms.map(restoreTransform))
    return new SampleEncoder(await restorePart(x), y && (await restorePart(y)), restored)
  }

  /** The same for items without targets: new ones to predict. */
  unlabelled(): SampleEncoder {
    return new SampleEncoder(this.x, undefined, this.tfms)
  }

  load(item: Labelled): LoadedSample | Promise<LoadedSample> {
    const x = this.x.load(item.x)
    const y = this.y?.load(item.y)
    if (isPromise(x) || isPromise(y)) return Promise.all([x, y]).then(([x, y]) => ({ x, y }))
    return { x, y }
  }

  encode(loaded: LoadedSample, random?: Random): EncodedSample {
    let sample = loaded
    for (const tfm of this.tfms) sample = tfm.apply(sample, random)
    return { xs: [this.x.encode(sample.x, sample)], ys: this.y ? [this.y.encode(sample.y, sample)] : [] }
  }
}
