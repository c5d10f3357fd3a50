// Alone: it starts the wasm backend.
import { readdirSync, readFileSync } from 'node:fs'
import { useBackend } from '@onecycle/backend'
import { fusedUpdates } from '@onecycle/backend/wasm/internal'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float64 } from './float64.js'
import { setFusedUpdate } from './fused.js'
import type { Parameter, RuleFactory } from './index.js'
import * as optimizers from './index.js'
import { applyRule, initialState, type ParameterState } from './rule.js'

/** A run recorded from the original: parameters after each step, given the gradients, rates and momenta of the steps. */
interface Trace {
  params: Record<string, never>
  problem: { p: Nested }[] | { W: Nested; b: Nested }
  lr: number[]
  mom: number[] | null
  grads: Nested[][]
  params_after_step: Nested[][]
}
type Nested = number | number[] | number[][]

const folder = new URL('../../fixtures/optim/', import.meta.url)
const files = readdirSync(folder).filter(file => file.endsWith('.json'))
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))

const { sgd, rmsprop, adam, adamw, radam, qhadam, larc, lars, lamb, lookahead, ranger, nadam, adagrad, adamax } = optimizers

// Which optimizer of ours each original is, the original's parameters being given.
type Params = Record<string, never>
type Claim = (params: Params, mom: number) => RuleFactory

/** What says how a trace was recorded, and what is called otherwise here. */
const others = ['dtype', 'hyper', 'clip', 'bn_wd', 'true_wd', 'weight_decay', 'alpha', 'beta2', 'k']
const ours = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => !others.includes(name)))

const l2 = (params: Record<string, number>) => ({ wd: params['weight_decay'] ?? 0, decouple_wd: false })
const v1 = (params: Params) => ({ wd: params['wd']!, decouple_wd: params['true_wd']! })
const ahead = ({ k, alpha }: Params) => ({ ...(k !== undefined && { k }), ...(alpha !== undefined && { alpha }) })
const claims: Record<string, Claim> = {
  v2_sgd: (params, mom) => sgd({ mom, ...ours(params) }),
  v2_rmsprop: (params, mom) => rmsprop({ mom, ...ours(params) }),
  v2_adam: params => adam(ours(params)),
  v2_adamw: params => adam(ours(params)),
  v2_radam: params => radam(ours(params)),
  v2_qhadam: params => qhadam(ours(params)),
  v2_larc: params => larc(ours(params)),
  v2_lars: params => lars(ours(params)),
  v2_lamb: params => lamb(ours(params)),
  v2_lookahead_adam: params => lookahead(adam(ours(params)), ahead(params)),
  v2_lookahead_sgd: (params, mom) => lookahead(sgd({ mom }), ahead(params)),
  v2_ranger: params => ranger({ ...ours(params), ...ahead(params) }),
  v1_sgd: (params, mom) => sgd({ mom, ...v1(params) }),
  v1_adam: params => adam({ eps: 1e-8, ...v1(params) }),
  v1_adamw: params => adam({ eps: 1e-8, ...v1(params) }),
  v1_rmsprop: (params, mom) => rmsprop({ mom, convention: 'torch', ...v1(params) }),
  torch_sgd: (params, mom) => sgd({ mom, ...ours(params), ...l2(params) }),
  torch_rmsprop: (params, mom) =>
    rmsprop({ mom, sqr_mom: params['alpha']!, convention: 'torch', ...ours(params), ...l2(params) }),
  torch_adam: params => adam({ sqr_mom: params['beta2']!, ...ours(params), ...l2(params) }),
  torch_adamw: params => adamw({ sqr_mom: params['beta2']!, wd: params['weight_decay']!, ...ours(params) }),
  torch_radam: params => radam({ sqr_mom: params['beta2']!, convention: 'torch', ...ours(params), ...l2(params) }),
  torch_nadam: params => nadam({ sqr_mom: params['beta2']!, ...ours(params), ...l2(params) }),
  torch_adagrad: params => adagrad({ ...ours(params), ...l2(params) }),
  torch_adamax: params => adamax({ sqr_mom: params['beta2']!, ...ours(params), ...l2(params) }),
}

/** The longest claim that a file's name begins with. */
function claimed(file: string): string | undefined {
  const names = Object.keys(claims).filter(name => file.startsWith(`${name}_`))
  return names.sort((a, b) => b.length - a.length)[0]
}

const flat = (nested: Nested): Float64Array => Float64Array.from([nested].flat(2) as number[])

function problemOf(trace: Trace): { first: Nested[]; kinds: Parameter['kind'][] } {
  if (Array.isArray(trace.problem)) return { first: trace.problem.map(({ p }) => p), kinds: trace.problem.map(() => 'weight') }
  return { first: [trace.problem.W, trace.problem.b], kinds: ['weight', 'bias'] }
}

/** The largest difference of any element, relative to that element or, for `scale` 'tensor', to the largest of its tensor. */
function error(found: ArrayLike<number>, expected: Float64Array, scale: 'element' | 'tensor'): number {
  const largest = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((x, i) => Math.abs(found[i]! - x) / (scale === 'tensor' ? largest : Math.abs(x))))
}

const worst = new Map<string, number>()
function note(file: string, arithmetic: string, difference: number): void {
  const key = `${file.split('_')[0]}, ${arithmetic}`
  worst.set(key, Math.max(worst.get(key) ?? 0, difference))
}
afterAll(() => {
  for (const [key, difference] of worst) console.log(`optimizer traces of ${key}: largest relative error ${difference}`)
})

/** What a trace says, and the optimizer of ours that has to repeat it. */
function open(file: string) {
  const trace: Trace = read(file)
  const factory = claims[claimed(file)!]!(trace.params, trace.mom?.[0] ?? 0)
  // fastai 1's bn_wd: it decays biases and normalisation too, unless told not to. The others here decay all.
  const decayAll = (trace.params as { bn_wd?: boolean }).bn_wd !== false
  return { trace, factory, decayAll, ...problemOf(trace) }
}

const traces = files.filter(file => file !== 'v2_debias.json')

describe('in float64 arithmetic', () => {
  it.each(traces)('%s', file => {
    const { trace, factory, decayAll, first, kinds } = open(file)
    const { rule } = factory
    const parameters = first.map(flat)
    const states: ParameterState<Float64Array>[] = parameters.map(parameter => initialState(float64, rule, parameter))
    for (const [k, lr] of trace.lr.entries()) {
      const hyper = { ...rule.hyper, lr, ...(trace.mom && { mom: trace.mom[k]! }) }
      for (const [i, parameter] of parameters.entries()) {
        const decays = decayAll || kinds[i] === 'weight'
        const step = applyRule(float64, rule, states[i]!, { parameter, gradient: flat(trace.grads[k]![i]!), hyper, decays })
        parameters[i] = step.parameter
        states[i] = step
        const difference = error(step.parameter, flat(trace.params_after_step[k]![i]!), 'element')
        note(file, 'float64', difference)
        expect(difference, `parameter ${i} at step ${k}`).toBeLessThan(1e-10)
      }
    }
  })
})

describe.each(['cpu', 'wasm', 'wasm, in place'])('on tensors of the backend %s', where => {
  const backend = where.split(',')[0]!
  const inPlace = where !== backend
  let stepped = 0
  beforeAll(async () => {
    await useBackend({ prefer: backend, log: false })
    expect(tf.getBackend()).toBe(backend)
    if (!inPlace) return
    for (const [rule, update] of Object.entries(fusedUpdates))
      setFusedUpdate(rule, step => {
        const done = update(step)
        if (done) stepped++
        return done
      })
  })
  afterAll(() => {
    for (const rule of Object.keys(fusedUpdates)) setFusedUpdate(rule, undefined)
  })

  it.each(traces)('%s', file => {
    const { trace, factory, decayAll, first, kinds } = open(file)
    const before = tf.memory().numTensors
    stepped = 0
    const parameters = first.map((values, i): Parameter => {
      const variable = tf.tidy(() => tf.variable(tf.tensor(values as number[])))
      return { name: `p${i}`, variable, kind: kinds[i]! }
    })
    const optimizer = factory([parameters], { wd_bn_bias: decayAll })
    for (const [k, lr] of trace.lr.entries()) {
      optimizer.set('lr', lr)
      if (trace.mom) optimizer.set('mom', trace.mom[k]!)
      const grads = Object.fromEntries(trace.grads[k]!.map((values, i) => [`p${i}`, tf.tensor(values as number[])]))
      optimizer.step(grads)
      tf.dispose(grads)
      for (const [i, { variable }] of parameters.entries()) {
        const difference = error(variable.dataSync(), flat(trace.params_after_step[k]![i]!), 'tensor')
        note(file, `tensors on ${where}`, difference)
        expect(difference, `parameter ${i} at step ${k}`).toBeLessThan(2e-5)
      }
    }
    expect(stepped).toBe(inPlace && optimizer.rule in fusedUpdates ? trace.lr.length * parameters.length : 0)
    optimizer.dispose()
    tf.dispose(parameters.map(({ variable }): tf.Tensor => variable))
    expect(tf.memory().numTensors).toBe(before)
  })
})

// fastai's debias: the sum of the weights that a running mean (damp 1 - mom) or sum (damp 1) has given out after a step.
it('v2_debias.json', () => {
  const { cases } = read('v2_debias.json') as { cases: { mom: number; step: number; damp_1_minus_mom: number; damp_1: number }[] }
  for (const { mom, step, damp_1_minus_mom, damp_1 } of cases) {
    const rule = adam({ mom, sqr_mom: 0, eps: 0, wd: 0 }).rule
    let state: ParameterState<Float64Array> = initialState(float64, rule, Float64Array.of(0))
    const given = { parameter: Float64Array.of(0), gradient: Float64Array.of(1), hyper: { ...rule.hyper, lr: 1 }, decays: false }
    for (let i = 0; i < step; i++) state = applyRule(float64, rule, state, given)
    expect(Math.abs(state.slots['avg']![0]! / damp_1_minus_mom - 1)).toBeLessThan(1e-10)
    expect(Math.abs(state.slots['avg']![0]! / (1 - mom) / damp_1 - 1)).toBeLessThan(1e-10)
  }
})

it('every trace is claimed by an optimizer', () => {
  expect(files.filter(file => !claimed(file) && file !== 'v2_debias.json')).toEqual([])
  expect(files.length).toBeGreaterThanOrEqual(83)
})
