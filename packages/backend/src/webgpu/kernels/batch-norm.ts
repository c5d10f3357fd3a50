import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { batchNormKernelNames } from '../../wasm/compiled/kernel-names.js'
import { element, GROUP, groupsFor, kernel, makeOutput, oneOfEach, run, type Shader } from '../gpu.js'
import type { WebGPUBackend } from '../stock-backend.js'

/** How rows are divided among groups: each has some of the channels, in columns, and some of the rows. */
interface Division {
  readonly columns: 16 | 64
  readonly tiles: number
  readonly parts: number
  readonly rowsOfPart: number
}

/** Groups that keep a large device busy, rows that a group has at least, and parts that one thread joins at most. */
const enoughGroups = 256
const leastRows = 256
const mostParts = 64

function divide(rows: number, channels: number): Division {
  const columns = channels <= 16 ? 16 : 64
  const tiles = Math.ceil(channels / columns)
  const wanted = Math.min(mostParts, Math.ceil(enoughGroups / tiles), Math.floor(rows / leastRows))
  const rowsOfPart = Math.ceil(rows / Math.max(1, wanted))
  return { columns, tiles, parts: Math.ceil(rows / rowsOfPart), rowsOfPart }
}

/**
 * Two sums over the rows of each part, for each channel: what `term` gives for a row, added up by thread, and those of the threads in a fixed
 * order.
 */
function sums(columns: number, before: string, term: string, after: string): string {
  const deep = GROUP / columns
  return `
    var<workgroup> left: array<array<vec2<f32>, ${columns}>, ${deep}>;

    @compute @workgroup_size(${columns}, ${deep})
    fn main(@builtin(local_invocation_id) own: vec3<u32>, @builtin(workgroup_id) place: vec3<u32>) {
      let channel = i32(place.x) * ${columns} + i32(own.x);
      let begin = i32(place.y) * uniforms.rowsOfPart;
      let end = min(begin + uniforms.rowsOfPart, uniforms.rows);
      var sum = vec2<f32>(0.0);
      if (channel < uniforms.channels) {
        ${before}
        for (var row = begin + i32(own.y); row < end; row += ${deep}) {
          let at = row * uniforms.channels + channel;
          ${term}
        }
      }
      left[own.y][own.x] = sum;
      workgroupBarrier();
      if (own.y == 0u && channel < uniforms.channels) {
        for (var i = 1; i < ${deep}; i++) { sum += left[i][own.x]; }
        let count = f32(end - begin);
        let to = i32(place.y) * uniforms.channels + channel;
        ${after}
      }
    }`
}

const division = ['rows', 'channels', 'rowsOfPart']

/** Mean and variance of each part, from differences to its first row: what is subtracted from a square is small. */
const moments = oneOfEach((columns: number) => ({
  name: `moments in ${columns} columns`,
  writes: ['mean', 'variance'],
  reads: ['x'],
  uniforms: division,
  code: () =>
    sums(
      columns,
      'let first = x[begin * uniforms.channels + channel];',
      'let apart = x[at] - first; sum += vec2<f32>(apart, apart * apart);',
      `let shift = sum.x / count;
       mean[to] = x[begin * uniforms.channels + channel] + shift;
       variance[to] = max(sum.y / count - shift * shift, 0.0);`,
    ),
}))

/** Chan, Golub and LeVeque 1983. */
const joinMoments: Shader = {
  name: 'moments joined',
  writes: ['mean', 'variance'],
  reads: ['means', 'variances'],
  uniforms: ['size', 'parts', 'rows', 'rowsOfPart'],
  code: () =>
    element(`
      var all = 0.0;
      var middle = 0.0;
      var squares = 0.0;
      for (var part = 0; part < uniforms.parts; part++) {
        let count = f32(min(uniforms.rowsOfPart, uniforms.rows - part * uniforms.rowsOfPart));
        let apart = means[part * uniforms.size + i] - middle;
        let both = all + count;
        squares += variances[part * uniforms.size + i] * count + apart * apart * all * count / both;
        middle += apart * count / both;
        all = both;
      }
      mean[i] = middle;
      variance[i] = squares / all;`),
}

const normalize: Shader = {
  name: 'normalize',
  writes: ['y'],
  reads: ['x', 'mean', 'variance', 'gamma', 'beta'],
  uniforms: ['size', 'channels', 'epsilon: f32'],
  code: () =>
    element(`
      let c = i % uniforms.channels;
      y[i] = (x[i] - mean[c]) * (gamma[c] / sqrt(variance[c] + uniforms.epsilon)) + beta[c];`),
}

const gradientSums = oneOfEach((columns: number) => ({
  name: `sums of a norm's gradient in ${columns} columns`,
  writes: ['ofScale', 'ofOffset'],
  reads: ['dy', 'x', 'mean', 'variance'],
  uniforms: [...division, 'epsilon: f32'],
  code: () =>
    sums(
      columns,
      'let middle = mean[channel];',
      'let above = dy[at]; sum += vec2<f32>(above * (x[at] - middle), above);',
      'ofScale[to] = sum.x / sqrt(variance[channel] + uniforms.epsilon); ofOffset[to] = sum.y;',
    ),
}))

const joinSums: Shader = {
  name: 'two sums joined',
  writes: ['a', 'b'],
  reads: ['left', 'right'],
  uniforms: ['size', 'parts'],
  code: () =>
    element(`
      var sum = vec2<f32>(0.0);
      for (var part = 0; part < uniforms.parts; part++) {
        sum += vec2<f32>(left[part * uniforms.size + i], right[part * uniforms.size + i]);
      }
      a[i] = sum.x;
      b[i] = sum.y;`),
}

const gradientOfInput: Shader = {
  name: "a norm's gradient",
  writes: ['dx'],
  reads: ['dy', 'x', 'mean', 'variance', 'scale', 'ofScale', 'ofOffset'],
  uniforms: ['size', 'channels', 'rows', 'epsilon: f32'],
  code: () =>
    element(`
      let c = i % uniforms.channels;
      let root = 1.0 / sqrt(variance[c] + uniforms.epsilon);
      let place = (x[i] - mean[c]) * root;
      dx[i] = scale[c] * root * (dy[i] - (ofOffset[c] + place * ofScale[c]) / f32(uniforms.rows));`),
}

const averages: Shader = {
  name: 'two moving averages',
  writes: ['newMean', 'newVariance'],
  reads: ['movingMean', 'mean', 'movingVariance', 'variance'],
  uniforms: ['size', 'share: f32'],
  code: () =>
    element(`
      newMean[i] = movingMean[i] + (mean[i] - movingMean[i]) * uniforms.share;
      newVariance[i] = movingVariance[i] + (variance[i] - movingVariance[i]) * uniforms.share;`),
}

interface Epsilon {
  readonly epsilon: number
}

function geometry({ shape }: TensorInfo) {
  const channels = shape.at(-1)!
  const size = util.sizeFromShape(shape)
  const rows = channels === 0 ? 0 : size / channels
  return { channels, size, rows, ...divide(rows, channels) }
}

/** Two results of a channel each, of as many parts as there are, joined where there are several. */
function inParts(
  backend: WebGPUBackend,
  { parts, channels }: { parts: number; channels: number },
  first: (results: TensorInfo[]) => void,
  join: (results: TensorInfo[], partial: TensorInfo[]) => void,
): [TensorInfo, TensorInfo] {
  const pair = (shape: number[]): [TensorInfo, TensorInfo] => [makeOutput(backend, shape), makeOutput(backend, shape)]
  const results = pair([channels])
  if (parts <= 1) {
    first(results)
    return results
  }
  const partial = pair([parts, channels])
  first(partial)
  join(results, partial)
  for (const { dataId } of partial) backend.disposeData(dataId)
  return results
}

export const batchNormKernels: readonly KernelConfig[] = [
  kernel<Epsilon>(batchNormKernelNames.training, (backend, { x, gamma, beta }, { epsilon }) => {
    const g = geometry(x!)
    const { channels, size, rows, rowsOfPart, parts } = g
    const [mean, variance] = inParts(
      backend,
      g,
      results => run(backend, moments(g.columns), results, [x!], [rows, channels, rowsOfPart], [g.tiles, parts, 1]),
      (results, partial) => run(backend, joinMoments, results, partial, [channels, parts, rows, rowsOfPart], groupsFor(channels)),
    )
    const y = makeOutput(backend, x!.shape)
    run(backend, normalize, [y], [x!, mean, variance, gamma!, beta!], [size, channels, epsilon], groupsFor(size))
    return [y, mean, variance]
  }),
  kernel<Epsilon>(batchNormKernelNames.trainingGradient, (backend, { dy, x, mean, variance, scale }, { epsilon }) => {
    const g = geometry(x!)
    const { channels, size, rows, rowsOfPart, parts } = g
    const statistics = [dy!, x!, mean!, variance!]
    const [ofScale, ofOffset] = inParts(
      backend,
      g,
      results =>
        run(backend, gradientSums(g.columns), results, statistics, [rows, channels, rowsOfPart, epsilon], [g.tiles, parts, 1]),
      (results, partial) => run(backend, joinSums, results, partial, [channels, parts], groupsFor(channels)),
    )
    const dx = makeOutput(backend, x!.shape)
    const reads = [...statistics, scale!, ofScale, ofOffset]
    run(backend, gradientOfInput, [dx], reads, [size, channels, rows, epsilon], groupsFor(size))
    return [dx, ofScale, ofOffset]
  }),
  kernel<{ share: number }>(batchNormKernelNames.movingAverages, (backend, inputs, { share }) => {
    const { movingMean, mean, movingVariance, variance } = inputs
    const size = util.sizeFromShape(mean!.shape)
    const made = [makeOutput(backend, mean!.shape), makeOutput(backend, mean!.shape)]
    run(backend, averages, made, [movingMean!, mean!, movingVariance!, variance!], [size, share], groupsFor(size))
    return made
  }),
]
