import { backend_util, getKernel, type KernelConfig, Mean, util } from '@tensorflow/tfjs-core'
import { element, groupsFor, kernel, makeOutput, run, type Shader } from '../gpu.js'

const middle: Shader = {
  name: 'mean over the middle',
  writes: ['y'],
  reads: ['x'],
  uniforms: ['size', 'count', 'channels'],
  code: () =>
    element(`
      let first = i / uniforms.channels * uniforms.count * uniforms.channels + i % uniforms.channels;
      var sum = 0.0;
      for (var k = 0; k < uniforms.count; k++) { sum += x[first + k * uniforms.channels]; }
      y[i] = sum / f32(uniforms.count);`),
}

/** Numbers that a thread adds up, one after the other. */
const most = 256

/**
 * The mean over the pixels of images. TensorFlow.js brings what is added up to the end first, by a program of its own.
 *
 * @param stock for all other means
 */
function meanOf({ kernelFunc: stock }: KernelConfig): KernelConfig {
  return kernel<{ axis: number | number[]; keepDims: boolean }>(Mean, (backend, { x }, attrs) => {
    const { shape, dtype } = x!
    const axes = util.parseAxisParam(attrs.axis, shape)
    const [first, last] = [Math.min(...axes), Math.max(...axes)]
    const count = util.sizeFromShape(axes.map(axis => shape[axis]!))
    const isMiddle = axes.length > 0 && last - first === axes.length - 1 && last < shape.length - 1
    if (!isMiddle || count === 0 || count > most || dtype !== 'float32')
      return stock({ inputs: { x }, attrs, backend } as never) as ReturnType<typeof makeOutput>
    const [kept] = backend_util.computeOutAndReduceShapes(shape, axes)
    const size = util.sizeFromShape(kept)
    const y = makeOutput(backend, attrs.keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept)
    run(backend, middle, [y], [x!], [size, count, util.sizeFromShape(shape.slice(last + 1))], groupsFor(size))
    return y
  })
}

let ours: KernelConfig | undefined

/** Ours, in place of what TensorFlow.js has. Doing it twice changes nothing. */
export function meanKernel(): KernelConfig {
  const there = getKernel(Mean, 'webgpu')!
  if (there !== ours) ours = meanOf(there)
  return ours
}
