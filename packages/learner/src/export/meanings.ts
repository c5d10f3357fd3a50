import { type DataBunch, TabularDataBunch } from '@onecycle/data'
import type { LossFunction } from '../loss/loss-function.js'
import { outputsOf } from '../loss/output.js'
import type { Model } from '../model/trainable-model.js'
import type { Meaning } from './answer.js'

/** What the outputs of a model stand for, by the data that it was trained on. */
export function meaningsOf(data: DataBunch, model: Model, loss: LossFunction): Meaning[] {
  const { target, classes, heads, targetShape, c } = data
  const nameOfOutput = (i: number) => outputsOf(model)?.[i]?.name ?? `output ${i}`
  if (heads)
    return loss.heads!.map(({ name }) => {
      const { target, classes, targetShape, c } = heads[name]!
      return { name, target, ...named('classes', classes), ...each(target, targetShape, c), ...ofTable(data, name) }
    })
  if (target === 'none' || target === 'heads')
    return (outputsOf(model) ?? [undefined]).map((_, i) => ({ name: nameOfOutput(i), target: 'value' }))
  const about = { ...named('classes', classes), ...each(target, targetShape, c), ...ofTable(data) }
  return [{ name: nameOfOutput(0), target, ...about }]
}

/** What a table knows of values that are predicted: of its one target, or of the one of that name. */
function ofTable(data: DataBunch, name?: string): Pick<Meaning, 'values' | 'scale'> {
  const targets = data instanceof TabularDataBunch ? data.targets : []
  const own = targets.find(each => name === undefined || each.name === name)
  if (own?.target !== 'value') return {}
  return { ...named('values', own.columns.length > 1 ? own.columns : undefined), ...(own.scale && { scale: own.scale }) }
}

function each(target: string, shape: readonly number[], c: number | undefined): { each?: number } {
  return target === 'class' && shape.length > 0 && c !== undefined ? { each: c } : {}
}

const named = (key: 'classes' | 'values', names: readonly string[] | undefined) => (names ? { [key]: [...names] } : {})
