import type { DataBunch } from '@onecycle/data'
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
      return { name, target, ...named(classes), ...each(target, targetShape, c), ...data.valuesOf(name) }
    })
  if (target === 'none' || target === 'heads')
    return (outputsOf(model) ?? [undefined]).map((_, i) => ({ name: nameOfOutput(i), target: 'value' }))
  const about = { ...named(classes), ...each(target, targetShape, c), ...data.valuesOf() }
  return [{ name: nameOfOutput(0), target, ...about }]
}

function each(target: string, shape: readonly number[], c: number | undefined): { each?: number } {
  return target === 'class' && shape.length > 0 && c !== undefined ? { each: c } : {}
}

const named = (classes: readonly string[] | undefined) => (classes ? { classes: [...classes] } : {})
