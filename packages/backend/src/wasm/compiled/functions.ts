/** Bytes into the backend's memory. */
export type Address = number

/** Functions of n adjacent numbers, some with parameters: leakyRelu's alpha, sigmoidWeighted's slope and cube. */
type Forward = (x: Address, out: Address, n: number, ...parameters: number[]) => void
/** Those whose gradients TensorFlow.js composes. */
type Ungraded = 'exp' | 'squareRoot' | 'inverseRoot' | 'sign'
export type ForwardFunction =
  | 'relu'
  | 'relu6'
  | 'leakyRelu'
  | 'selu'
  | 'softplus'
  | 'tanh'
  | 'erf'
  | 'gelu'
  | 'sigmoidWeighted'
  | Ungraded

/** Their gradients, and others'. `saved` is the output of elu, sigmoid and tanh, and the input of the others. */
type Gradient = (dy: Address, saved: Address, out: Address, n: number, ...parameters: number[]) => void
export type GradientFunction = `${Exclude<ForwardFunction, Ungraded> | 'elu' | 'sigmoid' | 'square'}Gradient`

/** Two operands and the result, as rows and columns; steps are in numbers, and 0 repeats a number or a row. */
export type Operands = [
  a: Address,
  b: Address,
  out: Address,
  rows: number,
  columns: number,
  aRow: number,
  aStep: number,
  bRow: number,
  bStep: number,
]

/** What `assembly/index.ts` exports. Addresses are bytes into the backend's memory; flags are 0 or 1. */
export interface Functions extends Record<ForwardFunction, Forward>, Record<GradientFunction, Gradient> {
  setMemory(address: Address): void
  gemmScratchBytes(n: number): number
  gemm(
    a: Address,
    transposeA: number,
    aRowBytes: number,
    b: Address,
    transposeB: number,
    bRowBytes: number,
    out: Address,
    outRowBytes: number,
    m: number,
    n: number,
    k: number,
    bias: Address,
    activation: number,
    scratch: Address,
  ): void
  packedBytes(depth: number, n: number): number
  packFilter(filter: Address, depth: number, n: number, out: Address): void
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
  /** The geometry is the forward one; 64 bytes behind it are written to. So for the next three. */
  inputFilterBytes(shape: Address): number
  packInputFilter(shape: Address, filter: Address, out: Address): void
  inputGradientScratchBytes(shape: Address): number
  inputGradient(shape: Address, gradient: Address, filter: Address, out: Address, scratch: Address): void
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
  depthwiseInputScratchBytes(shape: Address): number
  /** 64 bytes behind the geometry are written to. */
  depthwiseInputGradient(shape: Address, multiplier: number, dy: Address, filter: Address, dx: Address, scratch: Address): void
  depthwiseGradientBytes(filterSize: number): number
  depthwiseFilterGradient(shape: Address, multiplier: number, x: Address, dy: Address, out: Address, scratch: Address): void
  mostInSegment(ids: Address, rows: number, segments: number, counts: Address): number
  segmentSum(
    x: Address,
    xBytes: number,
    ids: Address,
    idStep: number,
    rows: number,
    columns: number,
    segments: number,
    out: Address,
    losses: Address,
  ): void
  softmaxCrossEntropy(
    logits: Address,
    target: Address,
    indices: number,
    rows: number,
    classes: number,
    loss: Address,
    gradient: Address,
  ): void
  packPanels(source: Address, rowBytes: number, transposed: number, depth: number, width: number, out: Address): void
  /** The task is what `assembly/recurrent-task.ts` describes. */
  recurrentScratchBytes(task: Address): number
  recurrent(task: Address): void
  recurrentGradientScratchBytes(task: Address): number
  recurrentGradient(task: Address): void
  sumScratchBytes(inner: number): number
  sum(x: Address, outer: number, middle: number, inner: number, out: Address, scale: number, scratch: Address): void
  scale(x: Address, factor: number, out: Address, n: number): void
  scaleBy(x: Address, factor: Address, out: Address, n: number): void
  addRow(x: Address, row: Address, out: Address, rows: number, columns: number): void
  compare(how: number, ...operands: Operands): void
  extreme(smaller: number, ...operands: Operands): void
  select(condition: Address, t: Address, e: Address, out: Address, n: number): void
  join(either: number, a: Address, b: Address, out: Address, n: number): void
  largest(x: Address, outer: number, middle: number, inner: number, out: Address, smallest: number): void
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
  dropout(
    x: Address,
    out: Address,
    mask: Address,
    n: number,
    keep: number,
    s0: number,
    s1: number,
    s2: number,
    carry: number,
  ): void
  embed(table: Address, codes: Address, codeStep: number, rows: number, width: number, out: Address, outBytes: number): void
  maxPool(shape: Address, x: Address, out: Address): void
  averagePool(shape: Address, x: Address, out: Address): void
  maxPoolGradient(shape: Address, x: Address, y: Address, dy: Address, dx: Address): void
  averagePoolGradient(shape: Address, dy: Address, dx: Address): void
  resizeNearest(shape: Address, x: Address, rows: Address, columns: Address, out: Address): void
  resizeGradient(shape: Address, dy: Address, rows: Address, columns: Address, dx: Address, scratch: Address): void
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
  /** The geometry of an attention: see `assembly/attention-geometry.ts`. */
  attentionScratchBytes(geometry: Address): number
  attention(
    geometry: Address,
    first: number,
    count: number,
    q: Address,
    k: Address,
    v: Address,
    mask: Address,
    scale: number,
    kept: number,
    y: Address,
    statistics: Address,
    scratch: Address,
  ): void
  attentionGradientBytes(geometry: Address): number
  attentionGradient(
    geometry: Address,
    first: number,
    count: number,
    dy: Address,
    q: Address,
    k: Address,
    v: Address,
    mask: Address,
    y: Address,
    statistics: Address,
    scale: number,
    kept: number,
    dq: Address,
    dk: Address,
    dv: Address,
    scratch: Address,
  ): void
  moveTowards(average: Address, value: Address, share: number, out: Address, n: number): void
  momentTotals(x: Address, rows: number, channels: number, totals: Address): void
  joinMoments(totals: Address, rows: number, others: Address, more: number, channels: number): void
  moments(totals: Address, rows: number, channels: number, mean: Address, variance: Address): void
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
    factors: Address,
  ): void
  gradientTotals(dy: Address, x: Address, rows: number, channels: number, mean: Address, totals: Address): void
  joinGradientTotals(totals: Address, others: Address, channels: number): void
  channelGradients(
    totals: Address,
    rows: number,
    channels: number,
    variance: Address,
    scale: Address,
    epsilon: number,
    dScale: Address,
    dOffset: Address,
    dMean: Address,
    dVariance: Address,
    factors: Address,
  ): void
  normalizeGradient(
    dy: Address,
    x: Address,
    rows: number,
    channels: number,
    mean: Address,
    factors: Address,
    training: number,
    dx: Address,
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
  adaptiveStep(
    parameter: Address,
    gradient: Address,
    square: Address,
    average: Address,
    heavy: Address,
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

/** The name of a compiled kernel, and what it is called with. */
export type Call = { [Name in keyof Functions]: readonly [Name, ...Parameters<Functions[Name]>] }[keyof Functions]
