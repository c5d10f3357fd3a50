import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbers } from '../../testing/compare.js'
import { guardedMachine } from '../../testing/guarded-machine.js'
import { type RecurrentGiven, type RecurrentSizes, recurrentDefinition } from '../../testing/recurrent-definition.js'
import { files } from './builds.js'
import { type RecurrentAttrs, recurrentForward, recurrentGradient } from './recurrent.js'

const gates = { lstm: 4, gru: 3, simple: 1, gruAfter: 3 }
type Name = keyof RecurrentGiven

interface Case extends RecurrentSizes {
  readonly attrs: RecurrentAttrs
  /** What there is besides x and the weights. */
  readonly more?: readonly Name[]
}

function shapesOf({ samples, steps, inputs, units, attrs }: Case): Record<Name, number[]> {
  const columns = gates[attrs.cell] * units
  return {
    ...{ x: [samples, steps, inputs], kernel: [inputs, columns], recurrentKernel: [units, columns] },
    bias: attrs.cell === 'gruAfter' ? [2, columns] : [columns],
    ...{ state: [samples, units], carry: [samples, units], mask: [samples, steps] },
    ...{ inputDropout: [samples, inputs], stateDropout: [samples, units] },
  }
}

/** Runs both kernels of one build, and holds all that they give against the definition in float64 and its slopes. */
function expectDefinition(file: string, each: Case): void {
  const { attrs, more = ['bias'] } = each
  const shapes = shapesOf(each)
  const names = (['x', 'kernel', 'recurrentKernel', ...more] as Name[]).filter(name => name !== 'carry' || attrs.cell === 'lstm')
  const valuesOf = (name: Name, i: number) => {
    const values = numbers(util.sizeFromShape(shapes[name]), i + 3)
    if (name === 'mask') return values.map(value => Number(value > -0.4))
    // A tenth is dropped, and the rest made larger.
    return name.endsWith('Dropout') ? values.map(value => (value > -0.8 ? 1.1 : 0)) : values.map(value => 0.8 * value)
  }
  const floats = Object.fromEntries(names.map((name, i) => [name, valuesOf(name, i)])) as Record<Name, Float32Array>
  const doubles = Object.fromEntries(names.map(name => [name, Float64Array.from(floats[name])])) as unknown as RecurrentGiven

  const { machine, backend, tensor, numbersAt, written } = guardedMachine(file)
  const inputs = Object.fromEntries(names.map(name => [name, tensor(shapes[name], floats[name])])) as Record<Name, TensorInfo>
  const lstm = attrs.cell === 'lstm'
  const made = recurrentForward(machine, { inputs, attrs: { ...attrs, everyStep: true, saves: true }, backend })
  const [lastState, lastCarry, y, trace] = (lstm ? made : [made[0], undefined, ...made.slice(1)]) as TensorInfo[]
  const outputs = [y, lastState, lastCarry].filter(output => output !== undefined)
  const exact = recurrentDefinition(attrs, each, doubles)
  for (const [i, output] of outputs.entries()) expectClose(numbersAt(output), exact[i]!, `output ${i}`)

  const above = outputs.map(({ shape }, i) => numbers(util.sizeFromShape(shape), 17 + i))
  const [dy, dLastState, dLastCarry] = outputs.map(({ shape }, i) => tensor(shape, above[i]!))
  const given = { ...inputs, y: y!, trace: trace!, dy: dy!, dLastState: dLastState!, ...(dLastCarry && { dLastCarry }) }
  const gradients = recurrentGradient(machine, { inputs: given, attrs: { ...attrs, ofInput: true }, backend })
  const loss = (changed: RecurrentGiven) =>
    recurrentDefinition(attrs, each, changed)
      .slice(0, outputs.length)
      .reduce((sum, values, i) => sum + values.reduce((part, value, j) => part + value * above[i]![j]!, 0), 0)
  const order = (['kernel', 'recurrentKernel', 'bias', 'x', 'state', 'carry'] as Name[]).filter(name => names.includes(name))
  expect(gradients).toHaveLength(order.length)
  order.forEach((name, i) => {
    const slopes = doubles[name]!.map((value, j, all) => {
      const at = (moved: number) => loss({ ...doubles, [name]: all.with(j, moved) })
      return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5
    })
    expectClose(numbersAt(gradients[i]!), slopes, `gradient of ${name}`)
  })
  expect(written(), 'memory beside tensors').toBeUndefined()
}

function expectClose(actual: Float32Array, exact: Float64Array, what: string): void {
  expect(actual).toHaveLength(exact.length)
  const scale = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2)
  const error = exact.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0)
  expect(error / scale, what).toBeLessThan(3e-6)
}

const smooth = { activation: 'tanh', recurrentActivation: 'sigmoid', goBackwards: false } as const
const size = { samples: 3, steps: 3, inputs: 2, units: 5 }
const all: readonly Name[] = ['bias', 'state', 'carry', 'mask', 'inputDropout', 'stateDropout']

describe.each(Object.values(files))('%s', file => {
  describe.each(['lstm', 'gru', 'simple', 'gruAfter'] as const)('%s', cell => {
    const attrs = { ...smooth, cell }
    it.each<[string, Case]>([
      ['one step of one sample, one unit, one feature', { samples: 1, steps: 1, inputs: 1, units: 1, attrs }],
      ['six units, rows of a whole tile', { ...size, units: 6, attrs }],
      ['no bias', { ...size, attrs, more: [] }],
      ['all there can be', { ...size, attrs, more: all }],
      ['backwards', { ...size, attrs: { ...attrs, goBackwards: true }, more: ['bias', 'state', 'mask'] }],
      ['nine units of hard gates', { ...size, units: 9, attrs: { ...attrs, recurrentActivation: 'hardSigmoid' } }],
      ['nineteen units, which come by eight, by four and by three', { ...size, units: 19, attrs }],
      ['a chain that is linear', { ...size, attrs: { ...attrs, activation: 'linear' } }],
    ])('has the values and slopes of its definition, and writes nowhere else: %s', (_, each) => expectDefinition(file, each))
  })
})
