import type { Batch } from '../batch.js'
import { sizeOf } from '../check.js'
import type { Dataset } from '../dataset.js'
import type { TableBlocks } from '../source/blocks.js'
import { Staging } from '../staging.js'
import { checkWeights } from '../target.js'
import type { FittedTable } from './fit-tabular.js'
import { headsOfTable } from './heads-of-table.js'
import { inPieces } from './in-pieces.js'
import { numbersIn } from './numbers-in.js'

type Numbers = Float32Array | Int32Array

/** One input, target or weight of rows: how many numbers a row has, and where they lie in a block. */
interface Part {
  readonly of: 'xs' | 'ys' | 'weights'
  readonly shape: readonly number[]
  readonly dtype: 'float32' | 'int32'
  readonly staging: Staging
}

/**
 * Rows of a file as batches, of which as many blocks stay in memory, ready for a model, as a limit allows. The one that was asked for
 * longest ago goes first.
 */
export class BlockRows implements Dataset {
  static readonly name: string = 'BlockRows'
  readonly asynchronous = true
  readonly length: number
  readonly inputShape: number[][]
  readonly inputNames: readonly string[]
  readonly targetShape: number[]
  readonly target: Dataset['target']
  readonly c: number | undefined
  readonly heads: Dataset['heads']
  readonly targetName: string | undefined
  readonly weighted: boolean
  /** Blocks that stay in memory. */
  readonly together: number
  readonly #blocks: TableBlocks
  readonly #fitted: FittedTable
  readonly #weights: string | undefined
  readonly #parts: readonly Part[]
  readonly #read = new Map<number, Promise<readonly Numbers[]>>()

  /** @param memory bytes that blocks may take; one at least is there */
  constructor(blocks: TableBlocks, fitted: FittedTable, weights: string | undefined, memory: number) {
    const { procs, targets } = fitted
    const { cat_names, cont_names } = procs
    const part = (of: Part['of'], shape: readonly number[], dtype: Part['dtype']) => ({
      of,
      shape,
      dtype,
      staging: new Staging(),
    })
    this.#parts = [
      ...(cat_names.length > 0 ? [part('xs', [cat_names.length], 'int32')] : []),
      ...(cont_names.length > 0 ? [part('xs', [cont_names.length], 'float32')] : []),
      ...targets.map(({ shape, target }) => part('ys', shape, target === 'class' ? 'int32' : 'float32')),
      ...(weights === undefined ? [] : [part('weights', [], 'float32')]),
    ]
    this.length = fitted.length
    this.inputShape = this.#parts.filter(({ of }) => of === 'xs').map(({ shape }) => [...shape])
    this.inputNames = [...(cat_names.length > 0 ? ['cats'] : []), ...(cont_names.length > 0 ? ['conts'] : [])]
    const { target, targetShape, c, heads, targetName } = headsOfTable(fitted)
    this.target = target
    this.targetShape = targetShape
    this.c = c
    this.heads = heads
    this.targetName = targetName
    this.weighted = weights !== undefined
    const { starts } = blocks
    const longest = starts.slice(1).reduce((most, start, block) => Math.max(most, start - starts[block]!), 0)
    const bytes = 4 * longest * this.#parts.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    this.together = Math.min(starts.length - 1, Math.max(1, Math.floor(memory / bytes)))
    this.#blocks = blocks
    this.#fitted = fitted
    this.#weights = weights
  }

  /** The first of some rows, given in order, that lies in each block, and behind the last one their number. */
  startsAmong(rows: Int32Array): Int32Array {
    let at = 0
    return Int32Array.from(this.#blocks.starts, start => {
      while (at < rows.length && rows[at]! < start) at++
      return at
    })
  }

  /** The rows of these numbers as new tensors. */
  async batch(rows: Int32Array): Promise<Batch> {
    const blocks = rows.map(row => this.#blockOf(row))
    const ready = new Map<number, readonly Numbers[]>()
    for (const block of new Set(blocks)) ready.set(block, await this.#block(block))
    const tensors = this.#parts.map(({ shape, dtype, staging }, part) => {
      const size = sizeOf(shape)
      return staging.tensor([rows.length, ...shape], dtype, values => {
        for (const [i, row] of rows.entries()) {
          const from = (row - this.#blocks.starts[blocks[i]!]!) * size
          const numbers = ready.get(blocks[i]!)![part]!
          for (let k = 0; k < size; k++) values[i * size + k] = numbers[from + k]!
        }
      })
    })
    const all = (what: Part['of']) => tensors.filter((_, part) => this.#parts[part]!.of === what)
    const [ys, weights] = [all('ys'), all('weights')[0]]
    return {
      ...{ xs: all('xs'), ys: ys.length === 1 ? ys[0]! : ys, size: rows.length },
      ...(weights && { weights }),
      ...(this.heads && { targetNames: Object.keys(this.heads) }),
    }
  }

  #block(block: number): Promise<readonly Numbers[]> {
    const known = this.#read.get(block)
    this.#read.delete(block)
    for (const oldest of this.#read.keys()) {
      if (this.#read.size < this.together) break
      this.#read.delete(oldest)
    }
    const reading = known ?? this.#prepare(block)
    this.#read.set(block, reading)
    return reading
  }

  async #prepare(block: number): Promise<readonly Numbers[]> {
    const { procs, targets } = this.#fitted
    const table = await this.#blocks.read(block)
    const whole = this.#parts.map(({ shape, dtype }) => {
      const size = table.length * sizeOf(shape)
      return dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
    })
    let done = 0
    for (const piece of inPieces(table)) {
      const first = this.#blocks.starts[block]! + done
      const inputs = procs.apply(piece, first)
      const weights = this.#weights === undefined ? undefined : numbersIn(piece, this.#weights)
      if (weights) checkWeights(weights, table.title)
      const ys = targets.map(target => target.encode(piece, inputs, first))
      const all = [inputs.cats, inputs.conts, ...ys, weights].filter(numbers => numbers !== undefined)
      for (const [part, numbers] of all.entries()) whole[part]!.set(numbers, done * sizeOf(this.#parts[part]!.shape))
      done += piece.length
    }
    return whole
  }

  #blockOf(row: number): number {
    const { starts } = this.#blocks
    let [low, high] = [0, starts.length - 1]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= row) low = middle
      else high = middle
    }
    return low
  }
}
