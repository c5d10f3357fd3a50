import { describe, expect, it } from 'vitest'
import { readBuild as read } from '../../testing/build-folder.js'
import { numbers } from '../../testing/compare.js'
import type { Functions } from '../../wasm/compiled/functions.js'
import { compiledVariant, loadCompiledModule, reasonForNarrow } from '../../wasm/compiled/module.js'
import { compileWide, reasonAgainstWide, runsWide } from './wide.js'

const { Instance, Memory, Module } = WebAssembly

// Has the engine accept relaxed SIMD.
loadCompiledModule()

const asked = compiledVariant() === 'wide-simd'

/** Bytes behind all that is laid down, which no kernel may change. */
const GUARD = 192
const NOTHING = 0xff

/** A build, compiled once, and its memory, of which so many bytes have been written. */
const compiled = Object.fromEntries(
  ['wide.wasm', 'relaxed.wasm', 'plain.wasm'].map(file => {
    const module = asked && file === 'wide.wasm' ? compileWide(read(file)) : new Module(read(file))
    return [file, { module, memory: new Memory({ initial: 512 }), written: 0 }]
  }),
)

const series = [0, 1, 2, 3, 4, 5].map(seed => numbers(2 ** 19, seed))

/** A build in an empty memory, that tensors and scratch memory are laid down in one after the other. What is not a tensor yet is NaN. */
function build(file: string) {
  const own = compiled[file]!
  const { module, memory } = own
  new Uint8Array(memory.buffer, 0, own.written).fill(0)
  const run = new Instance(module, { env: { memory } }).exports as unknown as Functions
  run.setMemory(64)
  const guards: number[] = []
  let next = 2048
  const reserve = (byteLength: number) => {
    const at = next
    next = Math.ceil((at + byteLength + GUARD) / 64) * 64
    own.written = next
    new Uint8Array(memory.buffer, at).fill(NOTHING, 0, next - at)
    guards.push(at + byteLength)
    return at
  }
  return {
    run,
    reserve,
    tensor(size: number, seed: number) {
      const at = reserve(4 * size)
      new Float32Array(memory.buffer, at, size).set(series[seed]!.subarray(0, size))
      return at
    },
    zeros(size: number) {
      const at = reserve(4 * size)
      new Float32Array(memory.buffer, at, size).fill(0)
      return at
    },
    integers(...values: number[]) {
      const at = reserve(4 * values.length)
      new Int32Array(memory.buffer, at, values.length).set(values)
      return at
    },
    bits: (at: number, size: number) => new Uint32Array(memory.buffer.slice(at, at + 4 * size)),
    keepsToItsMemory: () => guards.every(at => new Uint8Array(memory.buffer, at, GUARD).every(byte => byte === NOTHING)),
  }
}

type Build = ReturnType<typeof build>

const joined = (...parts: Uint32Array[]) => Uint32Array.from(parts.flatMap(part => [...part]))

const [images, side] = [3, 11]

/** Geometry as `assembly/shape.ts` reads it: squares with a border of one. */
const shape = ({ integers }: Build, c: number, n: number, stride: number) => {
  const out = Math.ceil(side / stride)
  const behind = new Array(17).fill(0)
  return integers(images, side, side, c, out, out, n, 3, 3, stride, stride, 1, 1, 1, 1, ...behind)
}

const pixels = (stride: number) => images * Math.ceil(side / stride) ** 2

/** What a kernel makes of the same numbers in any build. */
const kernels: [name: string, run: (b: Build, c: number, n: number) => Uint32Array][] = [
  ...[0, 1, 2, 3].map((sides): [string, (b: Build, c: number, n: number) => Uint32Array] => [
    `gemm, transposed ${sides}`,
    (b, k, n) => {
      const m = 19
      const [left, right] = [sides & 1, sides >> 1]
      const [x, y, bias, out] = [b.tensor(m * k, 1), b.tensor(k * n, 2), b.tensor(n, 3), b.reserve(4 * m * n)]
      const rows = [4 * (left ? m : k), 4 * (right ? k : n)] as const
      b.run.gemm(x, left, rows[0], y, right, rows[1], out, 4 * n, m, n, k, bias, 1, b.reserve(b.run.gemmScratchBytes(n)))
      return b.bits(out, m * n)
    },
  ]),
  [
    'gemm of any height',
    (b, k, n) => {
      const [x, y] = [b.tensor(14 * k, 1), b.tensor(k * n, 2)]
      const scratch = b.reserve(b.run.gemmScratchBytes(n))
      const products = Array.from({ length: 14 }, (_, i) => {
        const out = b.reserve(4 * (i + 1) * n)
        b.run.gemm(x, 0, 4 * k, y, 0, 4 * n, out, 4 * n, i + 1, n, k, 0, 0, scratch)
        return b.bits(out, (i + 1) * n)
      })
      return joined(...products)
    },
  ],
  ...[1, 2].map((stride): [string, (b: Build, c: number, n: number) => Uint32Array] => [
    `gather, stride ${stride}`,
    (b, c, n) => {
      const size = pixels(stride) * n
      const [x, filter, bias, out] = [
        b.tensor(images * side * side * c, 1),
        b.tensor(9 * c * n, 2),
        b.tensor(n, 3),
        b.reserve(4 * size),
      ]
      const geometry = shape(b, c, n, stride)
      const packed = b.reserve(b.run.packedBytes(9 * c, n))
      b.run.packFilter(filter, 9 * c, n, packed)
      const columns = Math.ceil(side / stride)
      const steps = [4 * columns * columns * n, 4 * columns * n, 4 * n] as const
      b.run.gather(geometry, x, packed, out, ...steps, bias, 1, b.reserve(b.run.gatherScratchBytes(geometry)))
      return b.bits(out, size)
    },
  ]),
  ...[1, 2].map((stride): [string, (b: Build, c: number, n: number) => Uint32Array] => [
    `inputGradient, stride ${stride}`,
    (b, c, n) => {
      const size = images * side * side * c
      const [dy, filter, out] = [b.tensor(pixels(stride) * n, 1), b.tensor(9 * c * n, 2), b.reserve(4 * size)]
      const geometry = shape(b, c, n, stride)
      const packed = b.reserve(b.run.inputFilterBytes(geometry))
      b.run.packInputFilter(geometry, filter, packed)
      b.run.inputGradient(geometry, dy, packed, out, b.reserve(b.run.inputGradientScratchBytes(geometry)))
      return b.bits(out, size)
    },
  ]),
  [
    'filterGradient',
    (b, c, n) => {
      const [x, dy, out] = [b.tensor(images * side * side * c, 1), b.tensor(pixels(1) * n, 2), b.reserve(4 * 9 * c * n)]
      const geometry = shape(b, c, n, 1)
      b.run.filterGradient(geometry, x, dy, out, b.reserve(b.run.filterGradientScratchBytes(geometry)))
      return b.bits(out, 9 * c * n)
    },
  ],
]

const winograd: [name: string, run: (b: Build, c: number, n: number) => Uint32Array][] = [
  [
    'winograd',
    (b, c, n) => {
      const size = pixels(1) * n
      const [x, filter, out] = [b.tensor(images * side * side * c, 1), b.tensor(9 * c * n, 2), b.reserve(4 * size)]
      const geometry = shape(b, c, n, 1)
      const transformed = b.reserve(b.run.winogradFilterBytes(c, n))
      b.run.winogradFilter(filter, c, n, transformed)
      b.run.winograd(geometry, x, filter, transformed, out, 0, 0, b.reserve(b.run.winogradScratchBytes(geometry)))
      return b.bits(out, size)
    },
  ],
  [
    'winogradFilterGradient',
    (b, c, n) => {
      const [x, dy, out] = [b.tensor(images * side * side * c, 1), b.tensor(pixels(1) * n, 2), b.reserve(4 * 9 * c * n)]
      const geometry = shape(b, c, n, 1)
      b.run.winogradFilterGradient(geometry, x, dy, out, b.reserve(b.run.winogradGradientScratchBytes(geometry)))
      return b.bits(out, 9 * c * n)
    },
  ],
]

/** Depthwise convolutions of n channels, whose filters have a line of three taps, and what resizes images of as many. */
const ofChannels: [name: string, run: (b: Build, n: number) => Uint32Array][] = [
  ...[1, 2].map((stride): [string, (b: Build, n: number) => Uint32Array] => [
    `depthwise and its gradients, stride ${stride}`,
    (b, n) => {
      const [size, out] = [images * side * side * n, pixels(stride) * n]
      const [x, dy, filter, bias] = [b.tensor(size, 1), b.tensor(out, 2), b.tensor(9 * n, 3), b.tensor(n, 4)]
      const [y, dx, dw] = [b.reserve(4 * out), b.reserve(4 * size), b.reserve(4 * 9 * n)]
      const geometry = shape(b, n, n, stride)
      b.run.depthwise(geometry, 1, x, filter, y, bias, 2, b.reserve(b.run.depthwiseScratchBytes(geometry, 1)))
      b.run.depthwiseInputGradient(geometry, 1, dy, filter, dx, b.reserve(b.run.depthwiseInputScratchBytes(geometry)))
      b.run.depthwiseFilterGradient(geometry, 1, x, dy, dw, b.reserve(b.run.depthwiseGradientBytes(9 * n)))
      return joined(b.bits(y, out), b.bits(dx, size), b.bits(dw, 9 * n))
    },
  ]),
  [
    'resizeGradient',
    (b, n) => {
      const size = images * side * side * n
      // From 6 places to 11: all but every second are between two.
      const table = b.integers(
        ...Array.from({ length: side }, (_, i) =>
          i % 2 ? [i >> 1, (i >> 1) + 1, 0x3f000000, 0x3f000000] : [i / 2, -1, 0x3f800000, 0],
        ).flat(),
      )
      const dx = b.reserve(4 * images * 36 * n)
      const geometry = b.integers(images, 6, 6, n, side, side, n)
      b.run.resizeGradient(geometry, b.tensor(size, 1), table, table, dx, b.reserve(4 * 6 * n))
      return b.bits(dx, images * 36 * n)
    },
  ],
]

/** Kernels of n adjacent numbers, and of rows of n channels. */
const rows = 300
const others: [name: string, run: (b: Build, n: number) => Uint32Array][] = [
  [
    'tanh',
    (b, n) => {
      const [x, out] = [b.tensor(n, 1), b.reserve(4 * n)]
      b.run.tanh(x, out, n)
      return b.bits(out, n)
    },
  ],
  [
    'reluGradient',
    (b, n) => {
      const [dy, y, out] = [b.tensor(n, 1), b.tensor(n, 2), b.reserve(4 * n)]
      b.run.reluGradient(dy, y, out, n)
      return b.bits(out, n)
    },
  ],
  [
    'sgdStep',
    (b, n) => {
      const [p, g, average] = [b.tensor(n, 1), b.tensor(n, 2), b.tensor(n, 3)]
      b.run.sgdStep(p, g, average, n, 0.9, 0.1, 0.99, 0.01)
      return joined(b.bits(p, n), b.bits(average, n))
    },
  ],
  [
    'adaptiveStep',
    (b, n) => {
      const slots = [b.tensor(n, 1), b.tensor(n, 2), b.zeros(n), b.tensor(n, 3), b.tensor(n, 4)] as const
      b.run.adaptiveStep(...slots, n, 0.9, 0.1, 0.99, 0.01, 1e-5, 0.1, 0.99, 0.01)
      return joined(...slots.map(slot => b.bits(slot, n)))
    },
  ],
  [
    'batch norm',
    (b, n) => {
      const [x, dy, mean, variance, scale, offset] = [rows * n, rows * n, n, n, n, n].map(b.tensor) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const [totals, factors, y, dx] = [b.reserve(16 * n), b.reserve(12 * n), b.reserve(4 * rows * n), b.reserve(4 * rows * n)]
      b.run.momentTotals(x, rows, n, totals)
      b.run.moments(totals, rows, n, mean, variance)
      b.run.normalize(x, rows, n, mean, variance, scale, offset, 1e-5, y, factors)
      b.run.gradientTotals(dy, x, rows, n, mean, totals)
      b.run.channelGradients(totals, rows, n, variance, scale, 1e-5, offset, offset, 0, 0, factors)
      b.run.normalizeGradient(dy, x, rows, n, mean, factors, 1, dx)
      return joined(b.bits(y, rows * n), b.bits(dx, rows * n))
    },
  ],
  [
    'sum',
    (b, n) => {
      const [x, out] = [b.tensor(rows * n, 1), b.reserve(4 * n)]
      b.run.sum(x, 1, rows, n, out, 1, b.reserve(b.run.sumScratchBytes(n)))
      return b.bits(out, n)
    },
  ],
  [
    'max pooling',
    (b, n) => {
      const [x, y, dy, dx] = [
        b.tensor(images * 16 * n, 1),
        b.reserve(4 * images * 4 * n),
        b.tensor(images * 4 * n, 2),
        b.reserve(4 * images * 16 * n),
      ]
      const geometry = b.integers(images, 4, 4, n, 2, 2, n, 2, 2, 2, 2, 0, 0, 1, 1)
      b.run.maxPool(geometry, x, y)
      b.run.maxPoolGradient(geometry, x, y, dy, dx)
      return joined(b.bits(y, images * 4 * n), b.bits(dx, images * 16 * n))
    },
  ],
]

/** Attention of heads of c figures, over n keys, plain and with all that there is: masks, causality, dropout. */
const attention: [name: string, run: (b: Build, c: number, n: number) => Uint32Array][] = [false, true].map(all => [
  `attention${all ? ', masked, causal, with dropout' : ''}`,
  (b, c, n) => {
    const [batch, heads, queries, values] = [2, 2, 15, n > 20 ? c : 3]
    const sizes = { q: queries * c, k: n * c, v: n * values, y: queries * values }
    const of = (per: number) => batch * heads * per
    const geometry = b.integers(queries, n, heads, c, values, +all, all ? n : 0, all ? queries * n : 0, all ? 1e9 : 0, 7)
    const mask = all
      ? b.integers(...Array.from({ length: Math.ceil((batch * queries * n) / 4) }, (_, i) => [0x01010001, 0x01000101][i % 2]!))
      : 0
    const [q, k, v, dy] = [b.tensor(of(sizes.q), 1), b.tensor(of(sizes.k), 2), b.tensor(of(sizes.v), 3), b.tensor(of(sizes.y), 4)]
    const [y, statistics] = [b.reserve(4 * of(sizes.y)), b.reserve(8 * of(queries))]
    const scratch = b.reserve(b.run.attentionScratchBytes(geometry))
    b.run.attention(geometry, 0, batch * heads, q, k, v, mask, 0.5, 1.3, y, statistics, scratch)
    const [dq, dk, dv] = [b.reserve(4 * of(sizes.q)), b.reserve(4 * of(sizes.k)), b.reserve(4 * of(sizes.v))]
    const more = b.reserve(b.run.attentionGradientBytes(geometry))
    b.run.attentionGradient(geometry, 0, batch * heads, dy, q, k, v, mask, y, statistics, 0.5, 1.3, dq, dk, dv, more)
    const gradients = [b.bits(y, of(sizes.y)), b.bits(dq, of(sizes.q)), b.bits(dk, of(sizes.k)), b.bits(dv, of(sizes.v))]
    return joined(...gradients)
  },
])

const widths = [1, 3, 4, 7, 8, 9, 12, 16, 17, 23, 24, 25, 31, 32, 33, 40]

/** What a kernel makes in a build: in the memory that it was given, and out of nothing but its inputs. */
function made(file: string, kernel: (b: Build) => Uint32Array, what: string): Uint32Array {
  const own = build(file)
  const bits = kernel(own)
  expect(own.keepsToItsMemory(), `${file} keeps to its memory: ${what}`).toBe(true)
  const values = new Float32Array(bits.buffer)
  expect(values.every(Number.isFinite), `${file} reads its inputs alone: ${what}`).toBe(true)
  return bits
}

function expectSameBits(kernel: (b: Build) => Uint32Array, ...sizes: number[]): void {
  const what = sizes.join(', ')
  const [wide, relaxed] = [made('wide.wasm', kernel, what), made('relaxed.wasm', kernel, what)]
  const difference = wide.findIndex((bits, i) => bits !== relaxed[i])
  expect({ length: wide.length, difference }, what).toEqual({ length: relaxed.length, difference: -1 })
  made('plain.wasm', kernel, what)
}

describe('the wide build', () => {
  it.each(kernels)('gives the bits of the relaxed one, and keeps to its memory: %s', (_, kernel) => {
    for (const n of widths) {
      for (const c of [1, 4, 43]) expectSameBits(b => kernel(b, c, n), c, n)
    }
    expectSameBits(b => kernel(b, 390, 21), 390, 21)
  })

  it.each(winograd)('gives the bits of the relaxed one, and keeps to its memory: %s', (_, kernel) => {
    for (const n of widths.filter(n => n % 4 === 0 && n >= 8)) {
      for (const c of [8, 20]) expectSameBits(b => kernel(b, c, n), c, n)
    }
  })

  it.each(attention)('gives the bits of the relaxed one, and keeps to its memory: %s', (_, kernel) => {
    for (const n of widths) for (const c of [1, 4, 11, 32]) expectSameBits(b => kernel(b, c, n), c, n)
    expectSameBits(b => kernel(b, 5, 1000), 5, 1000)
  })

  it.each(ofChannels)('gives the bits of the relaxed one, and keeps to its memory: %s', (_, kernel) => {
    for (const n of [1, 3, 8, 12, 21, 32]) expectSameBits(b => kernel(b, n), n)
  })

  it.each(others)('gives the bits of the relaxed one, and keeps to its memory: %s', (_, kernel) => {
    for (const n of [...widths, 1000]) expectSameBits(b => kernel(b, n), n)
  })

  it('runs with vectors of 256 bits', ({ skip }) => {
    skip(!asked, `vectors of 256 bits: ${reasonForNarrow()}`)
    expect(runsWide(compileWide(read('wide.wasm')))).toBe(true)
  })

  it('is told from one that the engine has left at 128 bits', async () => {
    // Other bytes, since engines keep what they have compiled: an empty section of its own.
    const module = new Module(Buffer.concat([read('wide.wasm'), Uint8Array.of(0, 2, 1, 0x78)]))
    // It is compiled well once it has been called often, and some time after.
    for (let i = 0; i < 3; i++) {
      runsWide(module)
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    expect(runsWide(module)).toBe(false)
  })
})

describe('reasonAgainstWide', () => {
  const node = (changes: object, mainThread = true) => {
    const versions = { ...process.versions, v8: '13.6.233.17-node.53' }
    return reasonAgainstWide({ ...process, arch: 'x64', versions, execArgv: [], env: {}, ...changes }, mainThread)
  }
  const v8 = (version: string) => ({ versions: { ...process.versions, v8: version } })

  it('finds none on the engines of Node 24 to 26', () => {
    expect(node({})).toBe('')
    expect(node(v8('14.6.202.34-node.40'))).toBe('')
    expect(node({ execArgv: ['--import', 'tsx', '-e', 'import wasm'] })).toBe('')
  })

  it('leaves other engines and processors alone', () => {
    expect(node(v8('12.4.254.21-node.57'))).toMatch(/^Node 24 and later have them, this is Node \d/)
    expect(node(v8('15.2.1'))).toMatch(/^not tested with V8 15\.2/)
    expect(node({ arch: 'arm64' })).toMatch(/arm64, not x64/)
  })

  it('leaves the flags to the main thread', () => {
    expect(node({}, false)).toMatch(/main thread alone/)
  })

  it("leaves an engine alone whose flags for WebAssembly are the user's own", () => {
    expect(node({ execArgv: ['--no-liftoff'] })).toMatch(/--no-liftoff/)
    expect(node({ env: { NODE_OPTIONS: '--enable-source-maps --no-wasm-opt' } })).toMatch(/--no-wasm-opt/)
  })

  it('goes by ONECYCLE_SIMD', () => {
    for (const simd of ['128', 'plain']) expect(node({ env: { ONECYCLE_SIMD: simd } })).toBe(`ONECYCLE_SIMD=${simd}`)
    expect(node({ env: { ONECYCLE_SIMD: '256' }, ...v8('15.2.1') })).toBe('')
    expect(node({ env: { ONECYCLE_SIMD: '256' }, ...v8('12.4.1') })).toMatch(/Node 24/)
    expect(() => node({ env: { ONECYCLE_SIMD: '512' } })).toThrow(
      "Expected ONECYCLE_SIMD to be plain, or 128 or 256 (bits), got '512'.",
    )
  })
})
