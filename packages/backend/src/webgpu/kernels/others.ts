import { backend_util, type KernelConfig, MaxPoolGrad, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { dropoutName, spreadName } from '../../wasm/compiled/kernel-names.js'
import { element, groupsFor, kernel, makeOutput, run, type Shader } from '../gpu.js'

/** Each number of the mask follows from the seed and its place, by the hash of O'Neill's PCG (Jarzynski and Olano 2020). */
const dropout: Shader = {
  name: 'dropout',
  writes: ['y', 'mask'],
  reads: ['x'],
  uniforms: ['size', 'seed', 'keep: f32'],
  code: () => `
    fn hash(x: u32) -> u32 {
      let state = x * 747796405u + 2891336453u;
      let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
      return (word >> 22u) ^ word;
    }
    ${element(`
      let drawn = f32(hash(u32(i) ^ hash(bitcast<u32>(uniforms.seed))) >> 8u) / 16777216.0;
      let factor = select(0.0, 1.0 / uniforms.keep, drawn < uniforms.keep);
      mask[i] = factor;
      y[i] = x[i] * factor;`)}`,
}

/** A whole number of 32 bits from a seed, which is one that was drawn from [0, 1), or any text. */
function bits(seed: number | string): number {
  if (typeof seed === 'number') return (seed * 2 ** 32) | 0
  return [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0)!, 16_777_619), -2_128_831_035)
}

const mostAxes = 6

const spread: Shader = {
  name: 'spread',
  writes: ['dx'],
  reads: ['dy'],
  uniforms: ['size', 'factor: f32', ...axes('side'), ...axes('stride')],
  code: () =>
    element(`
      var rest = i;
      var place = 0;
      ${[...new Array(mostAxes).keys()]
        .reverse()
        .map(axis => `place += rest % uniforms.side${axis} * uniforms.stride${axis}; rest /= uniforms.side${axis};`)
        .join('\n')}
      dx[i] = dy[place] * uniforms.factor;`),
}

function axes(name: string): string[] {
  return [...new Array(mostAxes).keys()].map(axis => `${name}${axis}`)
}

/** To each place comes what comes to the windows whose first largest number it is. */
const poolGradient: Shader = {
  name: 'gradient of the largest in windows',
  writes: ['dx'],
  reads: ['dy', 'x', 'y'],
  uniforms: [
    ...['size', 'height', 'width', 'channels', 'outHeight', 'outWidth'],
    ...['filterHeight', 'filterWidth', 'strideHeight', 'strideWidth', 'top', 'left'],
  ],
  code: () => `
    fn isFirst(sample: i32, corner: vec2<i32>, place: vec2<i32>, channel: i32, largest: f32) -> bool {
      for (var row = max(corner.x, 0); row <= place.x; row++) {
        var last = min(corner.y + uniforms.filterWidth, uniforms.width);
        if (row == place.x) { last = place.y; }
        for (var column = max(corner.y, 0); column < last; column++) {
          if (x[((sample * uniforms.height + row) * uniforms.width + column) * uniforms.channels + channel] == largest) { return false; }
        }
      }
      return true;
    }
    ${element(`
      let channel = i % uniforms.channels;
      let pixel = i / uniforms.channels;
      let place = vec2<i32>(pixel / uniforms.width % uniforms.height, pixel % uniforms.width);
      let sample = pixel / uniforms.width / uniforms.height;
      let shifted = place + vec2<i32>(uniforms.top, uniforms.left);
      var sum = 0.0;
      for (var row = max(0, (shifted.x - uniforms.filterHeight + uniforms.strideHeight) / uniforms.strideHeight);
           row <= min(uniforms.outHeight - 1, shifted.x / uniforms.strideHeight); row++) {
        for (var column = max(0, (shifted.y - uniforms.filterWidth + uniforms.strideWidth) / uniforms.strideWidth);
             column <= min(uniforms.outWidth - 1, shifted.y / uniforms.strideWidth); column++) {
          let at = ((sample * uniforms.outHeight + row) * uniforms.outWidth + column) * uniforms.channels + channel;
          let corner = vec2<i32>(row * uniforms.strideHeight - uniforms.top, column * uniforms.strideWidth - uniforms.left);
          if (x[i] == y[at] && isFirst(sample, corner, place, channel, y[at])) { sum += dy[at]; }
        }
      }
      dx[i] = sum;`)}`,
}

interface PoolAttrs {
  readonly filterSize: [number, number]
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

export const otherKernels: readonly KernelConfig[] = [
  kernel<{ rate: number; seed: number | string }>(dropoutName, (backend, { x }, { rate, seed }) => {
    const size = util.sizeFromShape(x!.shape)
    const made = [makeOutput(backend, x!.shape), makeOutput(backend, x!.shape)]
    run(backend, dropout, made, [x!], [size, bits(seed), 1 - rate], groupsFor(size), { once: true })
    return made
  }),
  kernel<{ shape: number[]; axes: number[]; factor: number }>(spreadName, (backend, { dy }, { shape, axes, factor }) => {
    const size = util.sizeFromShape(shape)
    const kept = shape.map((side, axis) => (axes.includes(axis) ? 1 : side))
    const strides = shape.length === 0 ? [] : [...util.computeStrides(kept), 1]
    const front = new Array<number>(mostAxes - shape.length)
    const sides = [...front.fill(1), ...shape]
    const own = [...front.fill(0), ...strides.map((stride, axis) => (axes.includes(axis) ? 0 : stride))]
    const dx = makeOutput(backend, shape)
    run(backend, spread, [dx], [dy!], [size, factor, ...sides, ...own], groupsFor(size))
    return dx
  }),
  kernel<PoolAttrs>(MaxPoolGrad, (backend, { dy, input, output }, { filterSize, strides, pad, dimRoundingMode }) => {
    const x = input as TensorInfo & { shape: [number, number, number, number] }
    const g = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode)
    const size = util.sizeFromShape(x.shape)
    const dx = makeOutput(backend, x.shape)
    const uniforms = [
      ...[size, g.inHeight, g.inWidth, g.inChannels, g.outHeight, g.outWidth],
      ...[g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth, g.padInfo.top, g.padInfo.left],
    ]
    run(backend, poolGradient, [dx], [dy!, x, output!], uniforms, groupsFor(size))
    return dx
  }),
]
