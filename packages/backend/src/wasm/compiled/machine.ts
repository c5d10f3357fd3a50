import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { installGradients } from './gradients.js'
import { loadCompiledModule } from './module.js'
import { Instance, Memory } from './web-assembly.js'

type Address = number

/** Functions of n adjacent numbers, some with parameters: leakyRelu's alpha, sigmoidWeighted's slope and cube. */
type Forward = (x: Address, out: Address, n: number, ...parameters: number[]) => void
export type ForwardFunction =
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | 'selu'
  | 'softplus'
  | 'exp'
  | 'tanh'
  | 'erf'
  | 'gelu'
  | 'sigmoidWeighted'

/** Their gradients, and others'. `saved` is the output of elu, sigmoid and tanh, and the input of the others. */
type Gradient = (dy: Address, saved: Address, out: Address, n: number, ...parameters: number[]) => void
export type GradientFunction = `${Exclude<ForwardFunction, 'exp'> | 'elu' | 'sigmoid' | 'square'}Gradient`

/** What `assembly/index.ts` exports. Addresses are bytes into the backend's memory; flags are 0 or 1. */
export interface Functions extends Record<ForwardFunction, Forward>, Record<GradientFunction, Gradient> {
  setTile(address: Address): void
  gemmScratchBytes(n: number): number
  gemm(
    a: Address,
    transposeA: number,
    b: Address,
    transposeB: number,
    out: Address,
    m: number,
    n: number,
    k: number,
    bias: Address,
    activation: number,
    scratch: Address,
  ): void
  packFilter(filter: Address, depth: number, n: number, out: Address): void
  turnFilter(
    filter: Address,
    kernelHeight: number,
    kernelWidth: number,
    inputs: number,
    outputs: number,
    phaseHeight: number,
    phaseWidth: number,
    strideHeight: number,
    strideWidth: number,
    out: Address,
  ): void
  gatherScratchBytes(shape: Address): number
  gather(
    shape: Address,
    source: Address,
    filter: Address,
    out: Address,
    imageStep: number,
    rowStep: number,
    columnStep: number,
    bias: Address,
    activation: number,
    scratch: Address,
  ): void
  filterGradientScratchBytes(shape: Address): number
  filterGradient(shape: Address, source: Address, gradient: Address, out: Address, scratch: Address): void
  winogradFilterBytes(channels: number, outChannels: number): number
  winogradFilter(filter: Address, channels: number, outChannels: number, out: Address): void
  winogradScratchBytes(shape: Address): number
  winograd(
    shape: Address,
    source: Address,
    filter: Address,
    transformed: Address,
    out: Address,
    bias: Address,
    activation: number,
    scratch: Address,
  ): void
  winogradGradientScratchBytes(shape: Address): number
  winogradFilterGradient(shape: Address, source: Address, gradient: Address, out: Address, scratch: Address): void
  depthwiseScratchBytes(shape: Address, multiplier: number): number
  depthwise(
    shape: Address,
    multiplier: number,
    x: Address,
    filter: Address,
    out: Address,
    bias: Address,
    activation: number,
    scratch: Address,
  ): void
  depthwiseInputGradient(shape: Address, multiplier: number, dy: Address, filter: Address, dx: Address): void
  depthwiseGradientBytes(filterSize: number): number
  depthwiseFilterGradient(shape: Address, multiplier: number, x: Address, dy: Address, out: Address, scratch: Address): void
  segmentSum(x: Address, ids: Address, rows: number, columns: number, segments: number, out: Address): void
  softmaxCrossEntropy(
    logits: Address,
    target: Address,
    indices: number,
    rows: number,
    classes: number,
    loss: Address,
    gradient: Address,
  ): void
  sumScratchBytes(inner: number): number
  sum(x: Address, outer: number, middle: number, inner: number, out: Address, scale: number, scratch: Address): void
  scale(x: Address, factor: number, out: Address, n: number): void
  scaleBy(x: Address, factor: Address, out: Address, n: number): void
  addRow(x: Address, row: Address, out: Address, rows: number, columns: number): void
  stridedCopy(shape: Address, rank: number, source: Address, out: Address): void
  gatherRows(
    x: Address,
    ids: Address,
    batch: number,
    outer: number,
    size: number,
    count: number,
    columns: number,
    out: Address,
  ): void
  maxPool(shape: Address, x: Address, out: Address): void
  averagePool(shape: Address, x: Address, out: Address): void
  maxPoolGradient(shape: Address, x: Address, y: Address, dy: Address, dx: Address): void
  averagePoolGradient(shape: Address, dy: Address, dx: Address): void
  layerNormScratchBytes(columns: number): number
  layerNorm(
    x: Address,
    rows: number,
    columns: number,
    scale: Address,
    offset: Address,
    epsilon: number,
    y: Address,
    statistics: Address,
  ): void
  layerNormGradient(
    dy: Address,
    x: Address,
    rows: number,
    columns: number,
    statistics: Address,
    scale: Address,
    dx: Address,
    dScale: Address,
    dOffset: Address,
    scratch: Address,
  ): void
  moveTowards(average: Address, value: Address, share: number, out: Address, n: number): void
  batchNormScratchBytes(channels: number): number
  moments(x: Address, rows: number, channels: number, mean: Address, variance: Address, scratch: Address): void
  normalize(
    x: Address,
    rows: number,
    channels: number,
    mean: Address,
    variance: Address,
    scale: Address,
    offset: Address,
    epsilon: number,
    y: Address,
    scratch: Address,
  ): void
  batchNormGradient(
    dy: Address,
    x: Address,
    rows: number,
    channels: number,
    mean: Address,
    variance: Address,
    scale: Address,
    epsilon: number,
    dx: Address,
    dScale: Address,
    dOffset: Address,
    dMean: Address,
    dVariance: Address,
    scratch: Address,
  ): void
  sgdStep(
    parameter: Address,
    gradient: Address,
    average: Address,
    n: number,
    momentum: number,
    rate: number,
    keep: number,
    l2: number,
  ): void
  adamStep(
    parameter: Address,
    gradient: Address,
    average: Address,
    square: Address,
    n: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    epsilon: number,
    rate: number,
    keep: number,
    l2: number,
  ): void
}

/** The compiled kernels, living in one backend's memory. */
export interface Machine {
  readonly run: Functions
  /** Where a tensor's data lies. Valid until it is disposed; memory that grows does not move it. */
  address(tensor: TensorInfo): Address
  /** At least this many bytes, aligned to a cache line; the same region each time, so valid only until the next call. */
  scratch(bytes: number): Address
  /** Lays up to 64 integers down for a kernel to read; valid until the next call. */
  integers(values: readonly number[]): Address
}

/** What Emscripten gives the backend, beyond its declared type. The buffer changes when the memory grows. */
interface Heap {
  readonly asm?: { readonly memory?: unknown }
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

const TILE_BYTES = 256
const INTEGER_BYTES = 256
const LINE = 64

const machines = new WeakMap<BackendWasm, Machine | null>()

/** The compiled kernels for this backend, or null when they cannot live in its memory (the threaded build keeps its to itself). */
export function machineFor(backend: BackendWasm): Machine | null {
  let machine = machines.get(backend)
  if (machine === undefined) {
    machine = createMachine(backend)
    machines.set(backend, machine)
  }
  return machine
}

function createMachine(backend: BackendWasm): Machine | null {
  const wasm = backend.wasm as unknown as Heap
  const memory = wasm.asm?.memory
  const compiled = loadCompiledModule()
  if (!compiled || !(memory instanceof Memory)) return null
  const { exports } = new Instance(compiled.module, { env: { memory } })
  const run = exports as unknown as Functions

  const allocate = (bytes: number) => {
    const address = wasm._malloc(bytes + LINE) >>> 0
    if (address === 0) throw new Error(`The wasm backend has no ${bytes} bytes left for the scratch memory of a kernel.`)
    return address
  }
  const aligned = (address: Address) => Math.ceil(address / LINE) * LINE
  const own = aligned(allocate(TILE_BYTES + INTEGER_BYTES))
  run.setTile(own)
  installGradients()

  let region = 0
  let regionBytes = 0
  return {
    run,
    address: tensor => backend.getMemoryOffset(tensor.dataId as object),
    scratch(bytes) {
      if (bytes > regionBytes) {
        if (region) wasm._free(region)
        regionBytes = Math.ceil(bytes * 1.25)
        region = allocate(regionBytes)
      }
      return aligned(region)
    },
    integers(values) {
      new Int32Array(wasm.HEAPU8.buffer, own + TILE_BYTES, values.length).set(values)
      return own + TILE_BYTES
    },
  }
}
