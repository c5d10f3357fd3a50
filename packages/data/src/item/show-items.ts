import { type ColorName, type Panel, type Picture, Plot, picturesPanel, tablePanel } from '@onecycle/plot'
import type { Tensor } from '@tensorflow/tfjs-core'
import { disposeOf } from '../batch.js'
import { sizeOf } from '../check.js'
import type { Dataset } from '../dataset.js'
import type { Shown } from './part.js'
import type { SampleEncoder } from './sample-encoder.js'

/** A sample as a person sees it: its input, with a target over it or beside it. */
interface ShownSample {
  readonly input: Shown
  /** Lines of what it is. */
  readonly caption: readonly string[]
}

/**
 * @param x values of the input in a batch, and their shape
 * @param y values of the target, where there is one
 */
function shownSample(
  { x: input, y: target }: SampleEncoder,
  x: { values: ArrayLike<number>; shape: readonly number[] },
  y: { values: ArrayLike<number>; shape: readonly number[] } | undefined,
): ShownSample {
  const shown = input.show?.(x.values, x.shape) ?? { text: Array.from(x.values).join(' ') }
  if (!y || !target) return { input: shown, caption: [] }
  if (target.showOn) return { input: target.showOn(shown, y.values), caption: [] }
  const { text = Array.from(y.values).join(' ') } = target.show?.(y.values, y.shape) ?? {}
  return { input: shown, caption: [text] }
}

/** Pictures with captions, or a table of texts. */
function shownPanel(title: string, samples: readonly ShownSample[], legend: readonly ColorName[] | undefined): Panel {
  const isPicture = samples.every(({ input }) => input.picture)
  if (!isPicture)
    return tablePanel({
      title,
      columns: ['input', 'target'],
      rows: samples.map(({ input, caption }) => [input.text ?? '', caption.join(', ')]),
    })
  const pictures = samples.map(({ input, caption }): Picture => ({ ...input.picture!, caption }))
  return picturesPanel({ title, pictures, legend })
}

/** Some samples to train on, far apart, as they are in a first pass. */
export async function showItems(dataset: Dataset, encoder: SampleEncoder, rows: number, title: string): Promise<Plot> {
  const n = Math.min(rows, dataset.length)
  const batch = await dataset.batch(
    Int32Array.from({ length: n }, (_, i) => Math.floor((i * dataset.length) / n)),
    0,
  )
  try {
    const columns = await Promise.all([batch.xs, batch.ys].map(each => columnOf(each as Tensor | Tensor[])))
    const [xs, ys] = columns
    const samples = Array.from({ length: n }, (_, i) => shownSample(encoder, xs!(i)!, ys!(i)))
    const targets = Array.from({ length: n }, (_, i) => ys!(i)).flatMap(each => (each ? [each.values] : []))
    return new Plot({ panels: [shownPanel(`Samples of ${title}`, samples, encoder.y?.colors?.(targets))] })
  } finally {
    disposeOf(batch)
  }
}

async function columnOf(tensors: Tensor | Tensor[]) {
  const [tensor] = [tensors].flat()
  if (!tensor) return () => undefined
  const values = await tensor.data()
  const shape = tensor.shape.slice(1)
  const size = sizeOf(shape)
  return (i: number) => ({ values: values.subarray(i * size, (i + 1) * size), shape })
}
