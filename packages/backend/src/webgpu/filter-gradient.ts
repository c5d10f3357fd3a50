import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core'

/** What TensorFlow.js's WebGPU backend runs. */
interface Program {
  readonly variableNames: readonly string[]
  readonly outputShape: number[]
  readonly workgroupSize: readonly [number, number, number]
  /** Which axes of the output the groups are counted along. */
  readonly dispatchLayout: { readonly x: number[]; readonly y: number[]; readonly z: number[] }
  /** Groups. */
  readonly dispatch: readonly [number, number, number]
  /** Programs of the same key share their code. */
  readonly shaderKey: string
  readonly uniforms: string
  getUserCode(): string
}
interface Backend {
  runWebGPUProgram(program: Program, inputs: TensorInfo[], dtype: 'float32', uniforms: object[]): TensorInfo
  disposeData(dataId: object): boolean
}

let ours: KernelConfig | undefined

/**
 * The gradient of a convolution by its filter, as a product of matrices: the transposed patches by the gradient of the output. Stock,
 * one thread adds up each number of the filter over all pixels of the batch, and most of the device stands idle.
 *
 * The sum is divided among groups of threads whose parts are then added up in order, so that the same numbers give the same bits.
 */
export function quickenFilterGradient(): void {
  const stock = getKernel(Conv2DBackpropFilter, 'webgpu')
  if (!stock || stock === ours) return
  ours = { ...stock, kernelFunc: filterGradient(stock.kernelFunc) }
  unregisterKernel(Conv2DBackpropFilter, 'webgpu')
  registerKernel(ours)
}

/** Groups that keep a large device busy. */
const enoughGroups = 256
/** Products that a group adds up at least. */
const leastSum = 256

function filterGradient(stock: KernelFunc): KernelFunc {
  return args => {
    const { x, dy } = args.inputs as unknown as { x: TensorInfo; dy: TensorInfo }
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = args.attrs as unknown as Conv2DBackpropFilterAttrs
    if (dataFormat !== 'NHWC') return stock(args)
    const backend = args.backend as Backend
    const g = backend_util.computeConv2DInfo(x.shape as Shape4, filterShape, strides, 1, pad, dimRoundingMode)
    const rows = g.filterHeight * g.filterWidth * g.inChannels
    const [tileRows, tileColumns] = [tile(rows), tile(g.outChannels)]
    const tiles = [Math.ceil(g.outChannels / tileColumns), Math.ceil(rows / tileRows)] as const
    const sum = g.batchSize * g.outHeight * g.outWidth
    const wanted = Math.max(1, Math.min(Math.ceil(enoughGroups / (tiles[0] * tiles[1])), Math.floor(sum / leastSum)))
    const steps = Math.ceil(sum / wanted / 16)
    const parts = Math.ceil(sum / steps / 16)
    const program = product([parts, rows, g.outChannels], tiles, tileRows, tileColumns)
    const int32 = (...data: number[]) => ({ type: 'int32', data })
    const uniforms = [
      int32(g.filterHeight, g.filterWidth),
      int32(g.padInfo.top, g.padInfo.left),
      int32(g.strideHeight, g.strideWidth),
      int32(steps),
    ]
    const partial = backend.runWebGPUProgram(program, [x, dy], 'float32', uniforms)
    if (parts === 1) return { ...partial, shape: [...filterShape] }
    const total = backend.runWebGPUProgram(addition(rows * g.outChannels), [partial], 'float32', [int32(parts)])
    backend.disposeData(partial.dataId)
    return { ...total, shape: [...filterShape] }
  }
}

type Shape4 = [number, number, number, number]

/** Rows or columns of the result that a group of 16 x 16 threads computes. */
const tile = (size: number) => (size <= 16 ? 16 : size <= 32 ? 32 : 64)

/** Part z of the sum for each tile of the result: [parts, rows, columns]. */
function product(shape: number[], tiles: readonly [number, number], tileRows: number, tileColumns: number): Program {
  return {
    variableNames: ['x', 'dy'],
    outputShape: shape,
    workgroupSize: [16, 16, 1],
    dispatchLayout: { x: [2], y: [1], z: [0] },
    dispatch: [tiles[0], tiles[1], shape[0]!],
    shaderKey: `filterGradient_${tileRows}_${tileColumns}`,
    uniforms: 'window : vec2<i32>, pads : vec2<i32>, strides : vec2<i32>, steps : i32,',
    getUserCode: () => `
      var<workgroup> patches : array<array<f32, ${tileRows}>, 16>;
      var<workgroup> gradients : array<array<f32, ${tileColumns}>, 16>;

      fn main() {
        let channels = uniforms.xShape[3];
        let columns = uniforms.outShape[2];
        let rows = uniforms.outShape[1];
        let width = uniforms.dyShape[2];
        let pixels = uniforms.dyShape[1] * width;
        let end = uniforms.dyShape[0] * pixels;
        let thread = i32(localIndex);
        let begin = i32(workgroupId.z) * uniforms.steps * 16;

        // What this thread fetches: one row of the transposed patches, and one column of the gradients.
        let row = i32(workgroupId.y) * ${tileRows} + thread % ${tileRows};
        let tap = row / channels;
        let corner = vec2<i32>(tap / uniforms.window.y, tap % uniforms.window.y) - uniforms.pads;
        let channel = row % channels;
        let column = i32(workgroupId.x) * ${tileColumns} + thread % ${tileColumns};

        var sums : array<array<f32, ${tileColumns / 16}>, ${tileRows / 16}>;
        for (var step = 0; step < uniforms.steps; step++) {
          for (var i = thread / ${tileRows}; i < 16; i += ${256 / tileRows}) {
            let k = begin + step * 16 + i;
            var value = 0.0;
            if (k < end && row < rows) {
              let pixel = k % pixels;
              let place = vec2<i32>(pixel / width, pixel % width) * uniforms.strides + corner;
              if (all(place >= vec2<i32>(0)) && all(place < uniforms.xShape.yz)) {
                value = x[((k / pixels * uniforms.xShape[1] + place.x) * uniforms.xShape[2] + place.y) * channels + channel];
              }
            }
            patches[i][thread % ${tileRows}] = value;
          }
          for (var i = thread / ${tileColumns}; i < 16; i += ${256 / tileColumns}) {
            let k = begin + step * 16 + i;
            gradients[i][thread % ${tileColumns}] = select(0.0, dy[min(k, end - 1) * columns + min(column, columns - 1)], k < end);
          }
          workgroupBarrier();
          for (var k = 0; k < 16; k++) {
            for (var i = 0; i < ${tileRows / 16}; i++) {
              let left = patches[k][i32(localId.y) + 16 * i];
              for (var j = 0; j < ${tileColumns / 16}; j++) {
                sums[i][j] += left * gradients[k][i32(localId.x) + 16 * j];
              }
            }
          }
          workgroupBarrier();
        }
        for (var i = 0; i < ${tileRows / 16}; i++) {
          for (var j = 0; j < ${tileColumns / 16}; j++) {
            let place = vec2<i32>(
              i32(workgroupId.y) * ${tileRows} + i32(localId.y) + 16 * i,
              i32(workgroupId.x) * ${tileColumns} + i32(localId.x) + 16 * j);
            if (place.x < rows && place.y < columns) {
              result[(i32(workgroupId.z) * rows + place.x) * columns + place.y] = sums[i][j];
            }
          }
        }
      }
    `,
  }
}

/** The sum of the parts, [size]. */
function addition(size: number): Program {
  return {
    variableNames: ['x'],
    outputShape: [size],
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: [0], y: [], z: [] },
    dispatch: [Math.ceil(size / 64), 1, 1],
    shaderKey: 'filterGradientSum',
    uniforms: 'parts : i32,',
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.outShape) {
          var sum = 0.0;
          for (var part = 0; part < uniforms.parts; part++) {
            sum += x[part * uniforms.outShape + index];
          }
          result[index] = sum;
        }
      }
    `,
  }
}
