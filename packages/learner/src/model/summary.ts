import { PrettyString } from '@onecycle/platform'
import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { TrainingLoop } from '../training-loop.js'
import { labelOf } from './layers.js'
import { parametersOf, variablesOf, weightsOf } from './parameters.js'
import type { Shape } from './shape.js'
import { isLayersModel, variableOf } from './trainable-model.js'

/**
 * A table of the model: each layer's output shape, its parameters and whether they train at present (`partly`: some do), then totals, loss and
 * optimizer.
 */
export function summarize(learn: Pick<TrainingLoop, 'model' | 'trained' | 'loss_func' | 'opt'>): PrettyString {
  const { model, loss_func, opt } = learn
  const trained = new Set<Variable>(learn.trained.map(({ variable }) => variable))
  const parameters = new Set<Variable>(parametersOf(model).map(({ variable }) => variable))
  const trains = (variables: readonly Variable[]) => {
    if (variables.length === 0) return ''
    const could = variables.filter(variable => parameters.has(variable))
    const now = could.filter(variable => trained.has(variable))
    return now.length === 0 ? 'no' : now.length < could.length ? 'partly' : 'yes'
  }
  const rows = isLayersModel(model)
    ? layerRows(model)
    : weightsOf(model).map(({ name, variable }) => ({ name, shapes: [variable.shape], variables: [variable] }))
  const cells = rows.map(({ name, shapes, variables }) => [
    name,
    shapes.map(showShape).join(' '),
    count(variables).toLocaleString('en'),
    trains(variables),
  ])
  const all = [...variablesOf(model)]
  const total = count(all)
  const training = count(all.filter(variable => trained.has(variable)))
  const lines = [
    ...align([['layer', 'output shape', 'parameters', 'trains'], ...cells]),
    '',
    `total parameters: ${total.toLocaleString('en')}, of which ${training.toLocaleString('en')} train`,
    `loss: ${loss_func.name || 'custom'}, optimizer: ${opt.rule}`,
  ]
  return new PrettyString(lines.join('\n'))
}

interface Row {
  name: string
  shapes: readonly Shape[]
  variables: readonly Variable[]
}

function layerRows(model: LayersModel): Row[] {
  return model.layers.map(layer => ({
    name: labelOf(layer),
    shapes: outputShapes(layer),
    variables: layer.weights.map(variableOf),
  }))
}

/** One for each output of each place where the layer stands, each only once. */
function outputShapes(layer: LayersModel['layers'][number]): Shape[] {
  // The node of a Sequential holds one shape, all others a list.
  const shapes = layer.inboundNodes.flatMap(({ outputShapes: own }) => (Array.isArray(own[0]) ? own : [own]) as Shape[])
  return [...new Map(shapes.map(shape => [showShape(shape), shape])).values()]
}

function count(variables: readonly { size: number }[]): number {
  return variables.reduce((sum, { size }) => sum + size, 0)
}

function showShape(shape: Shape): string {
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
