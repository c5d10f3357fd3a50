import { checkHyper } from '@onecycle/callbacks/internal'
import { kind, plainError, show, typeError } from '@onecycle/platform'
import { keep, type Tensor, tensor, util } from '@tensorflow/tfjs-core'
import type { OptimizerState } from './optimizer-state.js'
import type { Parameter } from './parameter.js'
import type { ParameterState, Rule } from './rule.js'

/** Throws Error when a saved state does not fit the rule or the parameters it is to be loaded for. */
export function checkState(state: OptimizerState, rule: Rule, groups: number, parameters: ReadonlyMap<string, Parameter>): void {
  if (!kind.object.fits(state))
    throw typeError('wrong-state', `${show(state)} is not the state of an optimizer: load what its state() gave.`)
  if (state.rule !== rule.name)
    throw plainError(
      'other-optimizer',
      `The state was saved by the optimizer ${state.rule}, this one is ${rule.name}: build the same optimizer, or start afresh.`,
    )
  if (!kind.object.fits(state.hyper) || !kind.object.fits(state.parameters))
    throw plainError('state-damaged', `The state of ${rule.name} has no hyper-parameters or no parameters: it is damaged.`)
  for (const name of Object.keys(rule.hyper)) {
    const values = state.hyper[name]
    if (values?.length !== groups)
      throw plainError(
        'other-model',
        `The state has ${values?.length ?? 'no'} values of ${name}, this optimizer has ${groups} layer groups: split the model as it was.`,
      )
    for (const value of values) checkHyper(name, value)
  }
  const slots = rule.transforms.flatMap(transform => Object.keys(transform.slots ?? {}))
  const numbers = rule.transforms.flatMap(transform => Object.keys(transform.numbers ?? {}))
  for (const [name, saved] of Object.entries(state.parameters)) {
    const parameter = parameters.get(name)
    if (!parameter)
      throw plainError(
        'other-model',
        `The state has a parameter ${name}, this model has: ${[...parameters.keys()].join(', ')}. Load it into the model it came from.`,
      )
    if (!Number.isInteger(saved.steps) || saved.steps < 0)
      throw plainError('state-damaged', `The state of ${name} has ${saved.steps} steps: it is damaged.`)
    expectNames(`The slots of ${name}`, slots, Object.keys(saved.slots))
    expectNames(`The numbers of ${name}`, numbers, Object.keys(saved.numbers))
    for (const [slot, { shape, values }] of Object.entries(saved.slots)) {
      if (!util.arraysEqual([...shape], parameter.variable.shape))
        throw plainError(
          'other-model',
          `${slot} of ${name} has shape [${shape}], the parameter [${parameter.variable.shape}]: the state is of another model.`,
        )
      if (values.length !== util.sizeFromShape([...shape]))
        throw plainError(
          'state-damaged',
          `${slot} of ${name} has ${values.length} values for shape [${shape}]: the state is damaged.`,
        )
    }
  }
}

/** What a state that was checked has of one parameter, as an optimizer keeps it. */
export function restored({ steps, numbers, slots }: OptimizerState['parameters'][string]): ParameterState<Tensor> {
  const tensors = Object.entries(slots).map(
    ([slot, { values, shape }]) => [slot, keep(tensor(values.slice(), [...shape], 'float32'))] as const,
  )
  return { steps, numbers: { ...numbers }, slots: Object.fromEntries(tensors) }
}

function expectNames(what: string, expected: readonly string[], found: readonly string[]): void {
  if ([...expected].sort().join() !== [...found].sort().join())
    throw plainError(
      'state-damaged',
      `${what} are [${found.join(', ')}], expected [${expected.join(', ')}]: the state is damaged.`,
    )
}
