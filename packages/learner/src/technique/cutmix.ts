import { typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { drawBeta } from './beta.js'
import { type Mix, Mixing, type MixOptions } from './mixing.js'

/**
 * Trains on images of which a rectangle is another image's; the targets are mixed by the shares of the area. One rectangle is drawn for a
 * batch: its area from Beta(alpha, alpha), its centre anywhere, cut off at the border. Images are [batch, height, width, channels]; the
 * loss takes shares of classes, as the cross-entropies here do. Validation sees the data as it is.
 *
 * Sources: Yun et al. 2019 (arXiv:1905.04899); fastai 2's `CutMix`, default alpha 1.
 *
 * @throws RangeError when alpha is not above 0; TypeError for an unknown option. In the first batch: TypeError for inputs that are no images.
 * @example
 * await learn.fit_one_cycle(10, 1e-2, { callbacks: new CutMix() })
 */
export class CutMix extends Mixing {
  static override readonly name: string = 'CutMix'
  override readonly name = 'CutMix'

  constructor(options: MixOptions = {}) {
    super('CutMix', options, 1)
  }

  protected override draw({ random, bs, xb }: Learner, shape: readonly number[]): Mix {
    const [, height, width] = shape
    if (Array.isArray(xb) || shape.length !== 4)
      throw typeError(
        'mixing-input',
        `CutMix cuts out of images, one input [batch, height, width, channels], but a batch has ${Array.isArray(xb) ? `${xb.length} inputs` : `the shape [${shape}]`}.`,
      )
    const stream = random.stream('cutmix')
    const side = Math.sqrt(1 - drawBeta(stream, this.alpha))
    const rows = span(stream.int(height!), Math.round(height! * side), height!)
    const columns = span(stream.int(width!), Math.round(width! * side), width!)
    const area = (rows.to - rows.from) * (columns.to - columns.from)
    return {
      shares: new Float32Array(bs).fill(1 - area / (height! * width!)),
      mix: (x, others) => replaced(x, others, rows, columns),
    }
  }
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The images with a rectangle of the others: copies of parts, which nothing is multiplied for. */
function replaced(x: tf.Tensor, others: Int32Array, rows: Span, columns: Span): tf.Tensor {
  const [, height, width] = x.shape as [number, number, number, number]
  if (rows.from === rows.to || columns.from === columns.to) return x.clone()
  const part = (from: tf.Tensor, axis: 1 | 2, span: Span) => {
    const [begin, size] = [
      [0, 0, 0, 0],
      [-1, -1, -1, -1],
    ]
    begin[axis] = span.from
    size[axis] = span.to - span.from
    return span.to > span.from ? [tf.slice(from, begin, size)] : []
  }
  const [band] = part(x, 1, rows)
  const cut = tf.gather(part(band!, 2, columns)[0]!, others)
  const mixed = tf.concat(
    [...part(band!, 2, { from: 0, to: columns.from }), cut, ...part(band!, 2, { from: columns.to, to: width })],
    2,
  )
  return tf.concat([...part(x, 1, { from: 0, to: rows.from }), mixed, ...part(x, 1, { from: rows.to, to: height })], 1)
}

/** So many places around a centre, as far as they are there. */
function span(centre: number, size: number, places: number): Span {
  const half = Math.floor(size / 2)
  return { from: Math.max(0, centre - half), to: Math.min(places, centre + half) }
}
