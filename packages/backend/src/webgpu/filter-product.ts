import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core'
import { element, groupsFor, makeOutput, oneOfEach, run, tellNaN } from './gpu.js'
import type { WebGPUBackend } from './stock-backend.js'

/** A convolution, as far as the gradient of its filter goes; a dense layer is one of one pixel. */
export type Geometry = Pick<
  backend_util.Conv2DInfo,
  'batchSize' | 'inHeight' | 'inWidth' | 'inChannels' | 'outHeight' | 'outWidth' | 'outChannels'
> &
  Pick<backend_util.Conv2DInfo, 'filterHeight' | 'filterWidth' | 'strideHeight' | 'strideWidth'> & {
    readonly padInfo: { readonly top: number; readonly left: number }
  }

interface Gradients {
  /** [rows of the filter, channels] */
  readonly weights: TensorInfo
  readonly bias: TensorInfo | undefined
  /** What comes back through the ReLU, where there is one. */
  readonly inner: TensorInfo | undefined
}

/** Groups that keep a large device busy. */
const enoughGroups = 256
/** Products that a group adds up at least. */
const leastSum = 256
/** So few are added up by one group each: parts would have to be added up by a second program, which has to be asked for, and waits for the first. */
const shortSum = 1024

/** Rows or columns of the result that a group of 16 x 16 threads computes. */
const tile = (size: number) => (size <= 16 ? 16 : size <= 32 ? 32 : 64)

/** How the product is divided among groups: tiles of the result, and parts of the sum of so many steps of 16. */
export function divideProduct(rows: number, columns: number, sum: number) {
  const [tileRows, tileColumns] = [tile(rows), tile(columns)]
  const [across, down] = [Math.ceil(columns / tileColumns), Math.ceil(rows / tileRows)]
  const most = sum <= shortSum ? 1 : Math.floor(sum / leastSum)
  const wanted = Math.max(1, Math.min(Math.ceil(enoughGroups / (across * down)), most))
  const steps = Math.ceil(sum / wanted / 16)
  return { tileRows, tileColumns, across, down, steps, parts: Math.ceil(sum / steps / 16) }
}

/**
 * The gradients of a convolution's weights, as a product of matrices: the transposed patches by the gradient of the output. A bias is one more
 * row, of ones.
 *
 * The sum is divided among groups of threads whose parts are then added up in order, so that the same numbers give the same bits.
 *
 * @param y what came out of the ReLU, where there is one
 */
export function filterProduct(
  backend: WebGPUBackend,
  g: Geometry,
  { x, dy, y }: { x: TensorInfo; dy: TensorInfo; y?: TensorInfo | undefined },
  hasBias: boolean,
): Gradients {
  const rows = g.filterHeight * g.filterWidth * g.inChannels
  const columns = g.outChannels
  const plan = divideProduct(rows + (hasBias ? 1 : 0), columns, g.batchSize * g.outHeight * g.outWidth)
  const { across, down, parts, steps } = plan
  const outputs = (copies: number) => [
    makeOutput(backend, [copies * rows, columns]),
    ...(hasBias ? [makeOutput(backend, [copies * columns])] : []),
  ]
  const inner = y && makeOutput(backend, dy.shape)
  const first = outputs(parts)
  const uniforms = [
    ...[g.batchSize, g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth, columns, g.filterWidth],
    ...[g.padInfo.top, g.padInfo.left, g.strideHeight, g.strideWidth, rows, steps],
  ]
  const writes = inner ? [...first, inner] : first
  run(backend, product(hasBias, y !== undefined, plan.tileRows, plan.tileColumns), writes, y ? [x, dy, y] : [x, dy], uniforms, [
    across,
    down,
    parts,
  ])
  if (parts <= 1) return { weights: first[0]!, bias: first[1], inner }
  const whole = outputs(1)
  run(
    backend,
    addition(hasBias),
    whole,
    first,
    [(rows + (hasBias ? 1 : 0)) * columns, rows * columns, parts],
    groupsFor((rows + 1) * columns),
  )
  for (const { dataId } of first) backend.disposeData(dataId)
  return { weights: whole[0]!, bias: whole[1], inner }
}

const product = oneOfEach((bias: boolean, relu: boolean, tileRows: number, tileColumns: number) => {
  return {
    name: `product of a filter ${tileRows} ${tileColumns}${bias ? ' with bias' : ''}${relu ? ' with ReLU' : ''}`,
    writes: ['weights', ...(bias ? ['biases'] : []), ...(relu ? ['inner'] : [])],
    reads: ['x', 'dy', ...(relu ? ['y'] : [])],
    uniforms: [
      ...['samples', 'height', 'width', 'channels', 'outHeight', 'outWidth', 'columns', 'filterWidth'],
      ...['top', 'left', 'strideHeight', 'strideWidth', 'rows', 'steps'],
    ],
    code: () => `
      var<workgroup> patches: array<array<f32, ${tileRows}>, 16>;
      var<workgroup> gradients: array<array<f32, ${tileColumns}>, 16>;
      ${relu ? tellNaN : ''}

      @compute @workgroup_size(16, 16)
      fn main(
        @builtin(local_invocation_id) own: vec3<u32>,
        @builtin(local_invocation_index) index: u32,
        @builtin(workgroup_id) group: vec3<u32>,
      ) {
        let columns = uniforms.columns;
        let rows = uniforms.rows;
        let pixels = uniforms.outHeight * uniforms.outWidth;
        let end = uniforms.samples * pixels;
        let thread = i32(index);
        let begin = i32(group.z) * uniforms.steps * 16;

        // What this thread fetches: one row of the transposed patches, and one column of the gradients.
        let row = i32(group.y) * ${tileRows} + thread % ${tileRows};
        let tap = row / uniforms.channels;
        let corner = vec2<i32>(tap / uniforms.filterWidth - uniforms.top, tap % uniforms.filterWidth - uniforms.left);
        let channel = row % uniforms.channels;
        let column = i32(group.x) * ${tileColumns} + thread % ${tileColumns};

        var sums: array<array<f32, ${tileColumns / 16}>, ${tileRows / 16}>;
        for (var step = 0; step < uniforms.steps; step++) {
          for (var i = thread / ${tileRows}; i < 16; i += ${256 / tileRows}) {
            let k = begin + step * 16 + i;
            var value = 0.0;
            if (k < end && row < rows) {
              let pixel = k % pixels;
              let at = vec2<i32>(pixel / uniforms.outWidth * uniforms.strideHeight, pixel % uniforms.outWidth * uniforms.strideWidth) + corner;
              if (all(at >= vec2<i32>(0)) && at.x < uniforms.height && at.y < uniforms.width) {
                value = x[((k / pixels * uniforms.height + at.x) * uniforms.width + at.y) * uniforms.channels + channel];
              }
            }
            ${bias ? 'if (k < end && row == rows) { value = 1.0; }' : ''}
            patches[i][thread % ${tileRows}] = value;
          }
          for (var i = thread / ${tileColumns}; i < 16; i += ${256 / tileColumns}) {
            let k = begin + step * 16 + i;
            var value = 0.0;
            if (k < end && column < columns) {
              let at = k * columns + column;
              value = dy[at];
              ${relu ? 'value = select(select(0.0, value, y[at] > 0.0), y[at], isNaN(y[at]));' : ''}
              ${relu ? 'if (group.y == 0u) { inner[at] = value; }' : ''}
            }
            gradients[i][thread % ${tileColumns}] = value;
          }
          workgroupBarrier();
          for (var k = 0; k < 16; k++) {
            for (var i = 0; i < ${tileRows / 16}; i++) {
              let left = patches[k][i32(own.y) + 16 * i];
              for (var j = 0; j < ${tileColumns / 16}; j++) {
                sums[i][j] += left * gradients[k][i32(own.x) + 16 * j];
              }
            }
          }
          workgroupBarrier();
        }
        for (var i = 0; i < ${tileRows / 16}; i++) {
          for (var j = 0; j < ${tileColumns / 16}; j++) {
            let to = vec2<i32>(
              i32(group.y) * ${tileRows} + i32(own.y) + 16 * i,
              i32(group.x) * ${tileColumns} + i32(own.x) + 16 * j);
            if (to.x < rows && to.y < columns) {
              weights[(i32(group.z) * rows + to.x) * columns + to.y] = sums[i][j];
            }
            ${bias ? 'if (to.x == rows && to.y < columns) { biases[i32(group.z) * columns + to.y] = sums[i][j]; }' : ''}
          }
        }
      }`,
  }
})

/** The sums of the parts. */
const addition = oneOfEach((bias: boolean) => {
  const sum = (to: string, from: string, at: string, size: string) => `
    var sum = 0.0;
    for (var part = 0; part < uniforms.parts; part++) { sum += ${from}[part * ${size} + ${at}]; }
    ${to}[${at}] = sum;`
  const weights = sum('weights', 'partWeights', 'i', 'uniforms.weights')
  return {
    name: `sum of parts of a filter${bias ? ' and a bias' : ''}`,
    writes: ['weights', ...(bias ? ['biases'] : [])],
    reads: ['partWeights', ...(bias ? ['partBiases'] : [])],
    uniforms: ['size', 'weights', 'parts'],
    code: () =>
      element(
        bias
          ? `
            let columns = uniforms.size - uniforms.weights;
            if (i < uniforms.weights) { ${weights} } else {
              let own = i - uniforms.weights;
              ${sum('biases', 'partBiases', 'own', 'columns')}
            }`
          : weights,
      ),
  }
})
