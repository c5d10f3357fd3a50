import type { Tensors } from '@onecycle/callbacks'
import type { DataBunch } from '@onecycle/data'
import { orderByName, plainError, rangeError, show, typeError } from '@onecycle/platform'
import { headsOf } from '../loss/heads.js'
import { inputNamesOf } from '../model/arrange-inputs.js'
import { fitsShape, type Shape, showShape } from '../model/shape.js'
import { isLayersModel, type Model } from '../model/trainable-model.js'
import type { Parameter } from '../optimizer/index.js'

/**
 * @throws RangeError when the data's samples do not fit the model's inputs, names and all, or it has more classes than the model
 * units.
 */
export function checkFits(data: DataBunch, model: Model): void {
  const given = shapesInOrder(data, model)
  if (!isLayersModel(model)) return
  const [target, outputs] = [data.targetName, model.outputs.map(({ sourceLayer }) => sourceLayer.name)]
  if (target !== undefined && !outputs.includes(target))
    throw rangeError(
      'names-differ',
      `The targets are called ${show(target)}, but the model's output is called ${outputs.map(show).join(', ')}. Give them that ` +
        'name, or none.',
    )
  checkShapes(
    shapesOf(model)!,
    given.map(shape => [null, ...shape]),
  )
  if (data.heads)
    for (const { name, targets, output } of headsOf(data.heads, model)) checkUnits(targets, output?.units, `output ${name}`)
  else if (model.outputs.length === 1) checkUnits(data, model.outputs[0]!.shape.at(-1) ?? undefined, 'last layer')
}

/** @throws RangeError for fewer units than classes, or others than labels */
function checkUnits({ target, c }: Pick<DataBunch, 'target' | 'c'>, units: number | undefined, where: string): void {
  if (c === undefined || units === undefined) return
  const has = `but the model's ${where} has ${units} ${units === 1 ? 'unit' : 'units'}`
  if (target === 'multilabel' && c !== units)
    throw rangeError('unit-count', `The data has ${c} labels that are a yes or no each, ${has}. Give it one for each.`)
  if (target === 'class' && c > Math.max(2, units))
    throw rangeError(
      'unit-count',
      `The data has ${c} classes (labels 0 to ${c - 1}), ${has}. ` +
        (units === 1 ? "If y holds values to predict, say so: target: 'value', or y as a Float32Array. " : '') +
        `${units === 1 ? 'For classes give' : 'Give'} the ${where} ${c} units, or check the labels.`,
    )
}

/** @throws RangeError when tensors with a batch axis do not fit the model's inputs; Error when one has been disposed. */
export function checkInput(model: Model, x: Tensors): void {
  const tensors = [x].flat()
  if (tensors.some(({ isDisposed }) => isDisposed))
    throw plainError('tensor-disposed', 'predict got a tensor that has been disposed: dispose it when the predictions are there.')
  const advice = 'Change the shape of the samples; a tensor that is one sample lacks the batch axis, x.expandDims().'
  const expected = shapesOf(model)
  if (expected)
    checkShapes(
      expected,
      tensors.map(({ shape }) => shape),
      advice,
    )
}

/** @throws Error when a weight has been disposed, and so cannot be trained or used. */
export function checkUsable(parameters: readonly Parameter[], what: string): void {
  if (parameters.length === 0)
    throw typeError('no-weights', `${what} needs a model with trainable weights, but this one has none.`)
  const gone = parameters.find(({ variable }) => variable.isDisposed)
  if (gone) {
    throw plainError(
      'model-disposed',
      `${what} was called on a model that has been disposed (its weight ${gone.name} is gone). Make a new model and a new Learner.`,
    )
  }
}

/** Shapes of the model's inputs, batch axis included; those of the data where the model does not say. */
export function inputShapes(data: DataBunch, model: Model): readonly Shape[] {
  return shapesOf(model) ?? shapesInOrder(data, model).map(shape => [null, ...shape])
}

/** Shapes that the model itself says its inputs have. */
function shapesOf(model: Model): readonly Shape[] | undefined {
  return isLayersModel(model) ? model.inputs.map(({ shape }) => shape) : model.inputShapes
}

/** Shapes of the data's samples in the order of the model's inputs. */
function shapesInOrder({ inputShape, inputNames }: DataBunch, model: Model): readonly Shape[] {
  const given = shapes(inputShape)
  const expected = inputNamesOf(model)
  if (!inputNames || !expected) return given
  const order = orderByName('inputs', { who: 'the data', names: inputNames }, { who: 'the model', names: expected })
  return order.map(i => given[i]!)
}

function checkShapes(
  expected: readonly Shape[],
  given: readonly Shape[],
  advice = 'Change inputShape of the first layer, or the shape of the samples.',
): void {
  const fits = expected.length === given.length && expected.every((shape, i) => fitsShape(shape, given[i]!))
  if (fits) return
  throw rangeError(
    'input-shape',
    `The model takes ${expected.map(showShape).join(' and ') || 'nothing, having no layers'}, but the data gives ${given.map(showShape).join(' and ')} ` +
      `(the first axis is the batch). ${advice}`,
  )
}

function shapes(shape: readonly number[] | readonly (readonly number[])[]): readonly (readonly number[])[] {
  return Array.isArray(shape[0]) ? (shape as number[][]) : [shape as number[]]
}
