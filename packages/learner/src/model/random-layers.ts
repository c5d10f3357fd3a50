import { dispose, serialization, type Tensor } from '@tensorflow/tfjs-core'
import { type LayersModel, layers } from '@tensorflow/tfjs-layers'
import { currentDraws } from '../random/draws.js'

type Layer = LayersModel['layers'][number]

/** By their names as they are when this is imported: a program may register a class of its own under one of them later. */
export const stockClasses = { ...serialization.SerializationMap.getMap().classNameMap }

// Has the layers that draw do so from the draws of the batch (`drawFrom`); outside of it they do as they always did. tfjs-layers exports
// none of these classes.

const dropout = prototypeOf<Layer & { seed?: number | null }>('Dropout')
const callDropout = dropout.call
dropout.call = function (inputs, options) {
  const { seed } = this
  const draws = currentDraws()
  if (!draws || seed === undefined || seed === null) return callDropout.call(this, inputs, options)
  this.seed = draws.bySeed(this, seed)
  try {
    return callDropout.call(this, inputs, options)
  } finally {
    this.seed = seed
  }
}

/** What RandomWidth and RandomHeight draw with: a seed that counts up, in whatever pass. */
interface SeedOfLayer {
  seed: number | undefined
  next(): number | undefined
}
const { randomGenerator } = layers.randomWidth({ factor: 0.5 }) as unknown as { randomGenerator: SeedOfLayer }
const seedOfLayer = Object.getPrototypeOf(randomGenerator) as SeedOfLayer
const nextSeed = seedOfLayer.next
seedOfLayer.next = function () {
  const draws = currentDraws()
  return draws && this.seed !== undefined ? draws.bySeed(this, this.seed) : nextSeed.call(this)
}

/** A cell keeps its masks until the layer around it drops them, and a plain `rnn` never does. */
interface Cell {
  cells?: Cell[]
  dropoutMask?: Tensor | Tensor[] | null
  recurrentDropoutMask?: Tensor | Tensor[] | null
}
const rnn = prototypeOf<Layer & { cell: Cell }>('RNN')
const callRnn = rnn.call
rnn.call = function (inputs, options) {
  if (!currentDraws()) return callRnn.call(this, inputs, options)
  dropMasks(this.cell)
  try {
    return callRnn.call(this, inputs, options)
  } finally {
    dropMasks(this.cell)
  }
}

function dropMasks(cell: Cell): void {
  cell.cells?.forEach(dropMasks)
  for (const mask of ['dropoutMask', 'recurrentDropoutMask'] as const) {
    if (!cell[mask]) continue
    dispose(cell[mask])
    cell[mask] = null
  }
}

export function prototypeOf<Own>(className: string): Own {
  return stockClasses[className]![0].prototype
}
