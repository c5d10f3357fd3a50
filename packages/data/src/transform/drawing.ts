import { renderWasm } from '#data/render-wasm.js'

/** The loops of `assembly/render.ts`, which are told addresses. */
export interface Loops {
  ofBytes(from: number, to: number, count: number): void
  byTable(from: number, table: number, to: number, count: number): void
  twoRows(sum: number, one: number, weight: number, two: number, weightOfTwo: number, count: number): void
  addTwoRows(sum: number, one: number, weight: number, two: number, weightOfTwo: number, count: number): void
  along(
    row: number,
    starts: number,
    counts: number,
    weights: number,
    most: number,
    channels: number,
    out: number,
    width: number,
  ): void
  turned(data: number, tall: number, wide: number, channels: number, matrix: number, padding: number, out: number, height: number, width: number): void // biome-ignore format: one call
}

const PAGE = 65_536
const LINE = 16

/** Their memory, in which there is room for one drawing at a time. */
class Drawing {
  readonly run: Loops
  readonly #memory: WebAssembly.Memory
  #end = 0
  bytes: Uint8Array
  floats: Float32Array
  integers: Int32Array

  constructor() {
    // Small enough to be compiled at once anywhere.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(renderWasm()))
    this.run = exports as unknown as Loops
    this.#memory = exports['memory'] as WebAssembly.Memory
    const { buffer } = this.#memory
    this.bytes = new Uint8Array(buffer)
    this.floats = new Float32Array(buffer)
    this.integers = new Int32Array(buffer)
  }

  /** Forgets what was drawn. */
  begin(): void {
    this.#end = 0
  }

  /** Where there is room for so many numbers of four bytes, and for what loops read and write beyond them. */
  room(count: number): number {
    const at = this.#end
    this.#end = Math.ceil((at + 4 * count) / LINE + 2) * LINE
    const missing = this.#end - this.bytes.length
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE))
      const { buffer } = this.#memory
      this.bytes = new Uint8Array(buffer)
      this.floats = new Float32Array(buffer)
      this.integers = new Int32Array(buffer)
    }
    return at
  }

  putFloats(values: ArrayLike<number>): number {
    const at = this.room(values.length)
    this.floats.set(values, at / 4)
    return at
  }

  putIntegers(values: ArrayLike<number>): number {
    const at = this.room(values.length)
    this.integers.set(values, at / 4)
    return at
  }

  putDoubles(values: readonly number[]): number {
    const at = this.room(2 * values.length)
    new Float64Array(this.#memory.buffer, at, values.length).set(values)
    return at
  }
}

let one: Drawing | undefined

export function drawing(): Drawing {
  one ??= new Drawing()
  return one
}
