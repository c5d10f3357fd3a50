import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Learner } from '../learner.js'
import { weightsOf } from './parameters.js'
import { isLayersModel, variableOf } from './trainable-model.js'

/**
 * A table of the model: each layer's output shape, its parameters and whether they train, then totals, loss and optimizer.
 */
export function summarize({ model, groups, loss_func, opt }: Pick<Learner, 'model' | 'groups' | 'loss_func' | 'opt'>): string {
  const trained = new Set(groups.flat().map(({ variable }) => variable))
  const rows = isLayersModel(model)
    ? layerRows(model)
    : weightsOf(model).map(({ name, variable }) => ({ name, shape: variable.shape, variables: [variable] }))
  const cells = rows.map(({ name, shape, variables }) => [
    name,
    showShape(shape),
    variables.reduce((sum, { size }) => sum + size, 0).toLocaleString('en'),
    variables.length === 0 ? '' : variables.some(variable => trained.has(variable)) ? 'yes' : 'no',
  ])
  const all = weightsOf(model).map(({ variable }) => variable)
  const total = count(all)
  const training = count(all.filter(variable => trained.has(variable)))
  return [
    ...align([['layer', 'output shape', 'parameters', 'trains'], ...cells]),
    '',
    `total parameters: ${total.toLocaleString('en')}, of which ${training.toLocaleString('en')} train`,
    `loss: ${loss_func.name || 'custom'}, optimizer: ${opt.rule}`,
  ].join('\n')
}

interface Row {
  name: string
  shape: readonly (number | null)[]
  variables: { size: number }[]
}

function layerRows(model: LayersModel): (Row & { variables: ReturnType<typeof variableOf>[] })[] {
  return model.layers.map(layer => ({
    name: `${layer.name} (${layer.getClassName()})`,
    shape: (Array.isArray(layer.outputShape[0]) ? layer.outputShape[0] : layer.outputShape) as (number | null)[],
    variables: layer.weights.map(variableOf),
  }))
}

function count(variables: readonly { size: number }[]): number {
  return variables.reduce((sum, { size }) => sum + size, 0)
}

function showShape(shape: readonly (number | null)[]): string {
  return `[${shape.map(size => size ?? '?').join(', ')}]`
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows.map(row =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
