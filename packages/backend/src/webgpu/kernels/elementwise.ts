import { type KernelConfig, util } from '@tensorflow/tfjs-core'
import { activationKernelNames, gradientKernelNames, scaleName } from '../../wasm/compiled/kernel-names.js'
import { element, groupsFor, kernel, makeOutput, run, type Shader, tellNaN } from '../gpu.js'
import type { WebGPUBackend } from '../stock-backend.js'

type Attrs = Readonly<Record<string, number>>

const logistic = 'fn logistic(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }'

/** The gradient of an activation: what becomes of `above`, the gradient that comes back, where `s` is what was saved. */
function gradient(
  of: keyof typeof gradientKernelNames,
  value: string,
  parameters: readonly string[] = [],
  functions = '',
): KernelConfig {
  const shader: Shader = {
    name: `gradient of ${of}`,
    writes: ['dx'],
    reads: ['dy', 'saved'],
    uniforms: ['size', ...parameters.map(name => `${name}: f32`)],
    code: () => `${functions}${element(`let s = saved[i]; let above = dy[i]; dx[i] = ${value};`)}`,
  }
  return kernel<Attrs>(gradientKernelNames[of], (backend, { dy, saved }, attrs) => {
    const size = util.sizeFromShape(dy!.shape)
    const dx = makeOutput(backend, dy!.shape)
    run(backend, shader, [dx], [dy!, saved!], [size, ...parameters.map(name => attrs[name]!)], groupsFor(size))
    return dx
  })
}

const sigmoidWeighted: Shader = {
  name: 'sigmoid weighted',
  writes: ['y'],
  reads: ['x'],
  uniforms: ['size', 'slope: f32', 'cube: f32'],
  code: () => `${logistic}${element('let s = x[i]; y[i] = s * logistic(s * (uniforms.slope + uniforms.cube * s * s));')}`,
}

const scaled: Shader = {
  name: 'scale',
  writes: ['y'],
  reads: ['x', 'factor'],
  uniforms: ['size'],
  code: () => element('y[i] = x[i] * factor[0];'),
}

/** Whether a scalar is 1, as far as that is known without waiting: what a gradient begins with. */
function isOne(backend: WebGPUBackend, dataId: object): boolean {
  return backend.tensorMap.get(dataId).values?.[0] === 1
}

const weightedSlope = `
  ${logistic}
  fn rise(s: f32) -> f32 {
    let part = logistic(s * (uniforms.slope + uniforms.cube * s * s));
    return part + s * part * (1.0 - part) * (uniforms.slope + 3.0 * uniforms.cube * s * s);
  }`

/** Where a ReLU was flat nothing comes back, and where there was no number there is none. */
export const elementwiseKernels: readonly KernelConfig[] = [
  gradient('relu', 'select(select(0.0, above, s > 0.0), s, isNaN(s))', [], tellNaN),
  gradient('relu6', 'select(select(0.0, above, s > 0.0 && s <= 6.0), s, isNaN(s))', [], tellNaN),
  gradient('leakyRelu', 'select(uniforms.alpha * above, above, s > 0.0)', ['alpha']),
  gradient('elu', 'select(above * (s + 1.0), above, s >= 0.0)'),
  gradient('selu', 'above * select(1.7580993408473768 * exp(s), 1.0507009873554805, s > 0.0)'),
  gradient('softplus', 'above * logistic(s)', [], logistic),
  gradient('sigmoid', 'above * s * (1.0 - s)'),
  gradient('tanh', 'above * (1.0 - s * s)'),
  gradient('erf', 'above * 1.1283791670955126 * exp(-s * s)'),
  gradient('square', 'above * 2.0 * s'),
  gradient('sigmoidWeighted', 'above * rise(s)', ['slope', 'cube'], weightedSlope),
  kernel<Attrs>(activationKernelNames.sigmoidWeighted, (backend, { x }, { slope, cube }) => {
    const size = util.sizeFromShape(x!.shape)
    const y = makeOutput(backend, x!.shape)
    run(backend, sigmoidWeighted, [y], [x!], [size, slope!, cube!], groupsFor(size))
    return y
  }),
  kernel(scaleName, (backend, { x, factor }) => {
    if (isOne(backend, factor!.dataId)) {
      backend.incRef(x!.dataId)
      return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype }
    }
    const size = util.sizeFromShape(x!.shape)
    const y = makeOutput(backend, x!.shape)
    run(backend, scaled, [y], [x!, factor!], [size], groupsFor(size))
    return y
  }),
]
