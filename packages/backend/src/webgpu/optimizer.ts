import {
  backend as currentBackend,
  engine,
  getBackend,
  type Tensor,
  type TensorInfo,
  util,
  type Variable,
} from '@tensorflow/tfjs-core'
import { decayOf, type FusedStep, fitsInPlace } from '../fused-step.js'
import { element, groupsFor, makeOutput, oneOfEach, run } from './gpu.js'
import type { TensorData, WebGPUBackend } from './stock-backend.js'

/** What a rule does to one number of a parameter, and by which factors. */
interface Rule {
  /** The slots that it changes, in the order in which they are bound. */
  readonly slots: readonly string[]
  /** Names of factors, and their values in one step. */
  readonly factors: readonly string[]
  factorsOf(step: FusedStep): number[]
  /** Of number `at`: `p` is what the parameter was, `d` its gradient, which becomes the direction. Factors and slots have a number behind their names. */
  code(slots: (name: string) => string, factor: (name: string) => string): string
}

type Hyper = Readonly<Record<string, number>>

/** SGD: `avg = mom avg + g; p -= lr avg`. */
const sgd = (momentum: boolean): Rule => ({
  slots: momentum ? ['avg'] : [],
  factors: ['mom', 'rate'],
  factorsOf: ({ hyper }) => [hyper['mom'] ?? 0, hyper['lr']!],
  code: (slot, factor) => `
    ${momentum ? `d += ${factor('mom')} * ${slot('avg')}[at]; ${slot('avg')}[at] = d;` : ''}
    d *= ${factor('rate')};`,
})

/** The rules that divide by a root of squares, as `adaptiveStep` of the kernels for wasm has them. */
const adaptive = (
  square: string,
  average: 'none' | 'before' | 'after',
  factorsOf: (hyper: Hyper, steps: number) => number[],
): Rule => ({
  slots: average === 'none' ? [square] : [square, 'avg'],
  factors: ['memory', 'share', 'squareMemory', 'squareShare', 'eps', 'rate'],
  factorsOf: ({ hyper, steps }) => factorsOf(hyper, steps),
  code(slot, factor) {
    const squares = `${slot(square)}[at]`
    const running = `d = ${factor('memory')} * ${slot('avg')}[at] + ${factor('share')} * d; ${slot('avg')}[at] = d;`
    return `
      let squares = ${factor('squareMemory')} * ${squares} + ${factor('squareShare')} * d * d;
      ${squares} = squares;
      ${average === 'before' ? running : ''}
      d /= sqrt(squares) + ${factor('eps')};
      ${average === 'after' ? running : ''}
      d *= ${factor('rate')};`
  },
})

const adam = adaptive('sqr_avg', 'before', ({ lr, mom, sqr_mom, eps }, steps) => {
  const root = Math.sqrt(1 - sqr_mom! ** steps)
  return [mom!, 1 - mom!, sqr_mom!, 1 - sqr_mom!, eps! * root, (lr! * root) / (1 - mom! ** steps)]
})

const rmsprop = (average: 'none' | 'before' | 'after') =>
  adaptive('sqr_avg', average, ({ lr, mom = 0, sqr_mom, eps }) => [mom, 1, sqr_mom!, 1 - sqr_mom!, eps!, lr!])

const adagrad = adaptive('sum', 'none', ({ lr, lr_decay, eps }, steps) => [0, 1, 1, 1, eps!, lr! / (1 + (steps - 1) * lr_decay!)])

/** By the names that the Learner's optimizers have, without ' l2'. */
const rules: Readonly<Record<string, Rule>> = {
  sgd: sgd(false),
  'sgd momentum': sgd(true),
  adam,
  rmsprop: rmsprop('none'),
  'rmsprop momentum': rmsprop('before'),
  'rmsprop momentum torch': rmsprop('after'),
  adagrad,
}

/**
 * Carries the steps of many parameters out in place, as many in a program as there may be buffers, and returns true; or leaves everything
 * alone and returns false.
 *
 * @param name of the rule, as the Learner's optimizers have it
 */
export function fusedStepsOnWebGPU(name: string, steps: readonly FusedStep[]): boolean {
  const decoupled = !name.endsWith(' l2')
  const plain = name.replace(/ l2$/, '')
  const rule = rules[plain]
  if (!rule || getBackend() !== 'webgpu') return false
  const backend = currentBackend() as WebGPUBackend
  if (!steps.every(step => fitsInPlace(backend, step))) return false
  // A clone, or the tensor that the variable was set from, must not see the change; nor may it change the bits of the step.
  for (const { parameter } of steps) if (backend.refCount(parameter.dataId) !== 1) giveOwnData(backend, parameter)
  const { maxStorageBuffersPerShaderStage } = backend.device.limits
  const several = Math.max(1, Math.floor(maxStorageBuffersPerShaderStage / (2 + rule.slots.length)))
  const all = steps.filter(({ parameter }) => parameter.size > 0)
  for (let first = 0; first < all.length; first += several)
    together(backend, plain, rule, all.slice(first, first + several), decoupled)
  for (const { parameter, slots } of steps)
    for (const tensor of [parameter, ...Object.values(slots)]) changeInPlace(backend, tensor)
  return true
}

function together(backend: WebGPUBackend, name: string, rule: Rule, steps: readonly FusedStep[], decoupled: boolean): void {
  const sizes = steps.map(({ parameter }) => parameter.size)
  const writes = steps.flatMap(({ parameter, slots }) => [parameter, ...rule.slots.map(slot => slots[slot]!)])
  const factors = steps.flatMap(step => {
    const { keep, l2 } = decayOf(step, decoupled)
    return [...rule.factorsOf(step), keep, l2]
  })
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const gradients = steps.map(({ gradient }) => gradient)
  run(backend, program(name, steps.length), writes, gradients, [total, ...sizes, ...factors], groupsFor(total), {
    once: true,
  })
}

const program = oneOfEach((name: string, count: number) => {
  const rule = rules[name]!
  const numbers = [...new Array(count).keys()]
  const factors = [...rule.factors, 'keep', 'l2']
  const one = (k: number) => `
    if (at < uniforms.size${k}) {
      let p = p${k}[at];
      var d = g${k}[at] + uniforms.l2${k} * p;
      ${rule.code(
        slot => `${slot}${k}`,
        factor => `uniforms.${factor}${k}`,
      )}
      p${k}[at] = uniforms.keep${k} * p - d;
      return;
    }
    at -= uniforms.size${k};`
  return {
    name: `${name} of ${count}`,
    writes: numbers.flatMap(k => ['p', ...rule.slots].map(slot => `${slot}${k}`)),
    reads: numbers.map(k => `g${k}`),
    uniforms: ['size', ...numbers.map(k => `size${k}`), ...numbers.flatMap(k => factors.map(factor => `${factor}${k}: f32`))],
    code: () => element(`var at = i; ${numbers.map(one).join('')}`),
  }
})

function giveOwnData(backend: WebGPUBackend, variable: Variable): void {
  const copy = makeOutput(backend, variable.shape)
  backend.uploadToGPU(variable.dataId)
  backend.uploadToGPU(copy.dataId)
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  const [from, to] = [variable as TensorInfo, copy].map(tensor => backend.tensorToBinding(tensor).buffer) as [object, object]
  backend.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, 4 * util.sizeFromShape(variable.shape))
  const own = engine().makeTensorFromTensorInfo(copy)
  variable.assign(own)
  own.dispose()
}

const inPlace = new WeakSet<TensorData>()
const guarded = new WeakSet<WebGPUBackend>()

/** Has values that were read before the change, or are being read, stand for nothing. */
function changeInPlace(backend: WebGPUBackend, { dataId }: Tensor): void {
  guard(backend)
  const data = backend.tensorMap.get(dataId)
  data.values = null
  inPlace.add(data)
}

/** What is read of data that may change is not kept beside it: a read that was begun before a change ends after it. */
function guard(backend: WebGPUBackend): void {
  if (guarded.has(backend)) return
  guarded.add(backend)
  const keep = backend.convertAndCacheOnCPU
  backend.convertAndCacheOnCPU = (dataId, values) => {
    return inPlace.has(backend.tensorMap.get(dataId)) ? values : keep.call(backend, dataId, values)
  }
}
