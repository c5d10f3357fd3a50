import type { BatchStream } from '../batch.js'
import type { DataBunch } from '../data-bunch.js'

/** How much there is to train and to validate on, and what one sample is, in two lines. */
export function bunchText(data: DataBunch): string {
  const { train_dl, valid_dl, inputShape, targetShape, target, classes, c, heads } = data
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][]
  const steps = targetShape.length > 0 ? ` [${targetShape.join(', ')}]` : ''
  const kinds = {
    class: `one of ${classes?.join(', ') ?? `${c} classes`}`,
    multilabel: `some of ${classes?.join(', ') ?? `${c} labels`}`,
    value: 'values',
    heads: Object.keys(heads ?? {}).join(', '),
    none: 'none',
  }
  return [
    `${data.constructor.name}: ${streamText(train_dl)} to train on, ${valid_dl ? `${streamText(valid_dl)} to validate on` : 'none to validate on'}`,
    `inputs ${shapes.map(shape => `[${shape.join(', ')}]`).join(' and ')}, targets${steps}: ${kinds[target]}`,
  ].join('\n')
}

function streamText({ samples, length, batchSize }: BatchStream): string {
  return `${samples.toLocaleString('en')} samples in ${length} ${length === 1 ? 'batch' : 'batches'} of ${batchSize}`
}
