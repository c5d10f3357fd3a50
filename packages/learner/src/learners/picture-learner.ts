import { type ImageSource, ItemDataBunch } from '@onecycle/data'
import { checkCount, checkNumber, checkOptions, kind, show, typeError } from '@onecycle/platform'
import { add, dispose, maximum, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { ItemLearner } from './item-learner.js'

/** What `tta` is given: passes over changed pictures, and how much the pictures as they are count beside them. */
export interface TtaOptions {
  /** Passes over changed pictures. Default 4. */
  n?: number | undefined
  /** How much the pictures as they are count, beside the mean of the passes: from 0 to 1. Default 0.25. */
  beta?: number | undefined
  /** Whether the highest of all is taken in place of means. Default false. */
  use_max?: boolean | undefined
}

/**
 * A Learner of pictures, which predicts them as they lie in files. {@link vision_learner} and {@link unet_learner} make it.
 *
 * @example
 * const learn = vision_learner(await ImageDataBunch.from_folder('pets', { size: 128 }), 'resnet18')
 * await learn.predict('pets/valid/cat/1.jpg')   // { label: 'cat', probs: { cat: 0.97, dog: 0.03 } }
 */
export class VisionLearner extends ItemLearner<ImageSource> {
  static override readonly name: string = 'VisionLearner'

  /**
   * Predictions and targets of the validation data, as {@link get_preds} gives them, where each picture is looked at several times, changed as those to
   * train on are: `beta * (as it is) + (1 - beta) * (mean of the others)`, or with `use_max` the highest. The caller disposes both.
   *
   * Source: fastai 2's `tta`.
   *
   * @throws TypeError for data that changes no pictures at random, or whose targets would change with them; RangeError for numbers out of range
   * @example
   * const data = await ImageDataBunch.from_folder('pets', { size: 128, ds_tfms: get_transforms() })
   * const { preds, targets } = await vision_learner(data, 'resnet18').TTA()
   */
  async TTA(options: TtaOptions = {}): Promise<{ preds: Tensor; targets: Tensor }> {
    checkOptions<TtaOptions>('TTA', options, { n: kind.number, beta: kind.number, use_max: kind.boolean })
    const { n = 4, beta = 0.25, use_max = false } = options
    checkCount('n of TTA', n)
    checkNumber('beta of TTA', beta, { min: 0, max: 1 })
    const { data } = this
    if (!(data instanceof ItemDataBunch))
      throw typeError(
        'no-tta',
        `TTA changes pictures as training does, but this data is ${show(data)}; expected an ImageDataBunch with ds_tfms.`,
      )
    if (data.encoder.y?.showOn)
      throw typeError(
        'no-tta',
        'TTA would compare places in pictures that have moved: there is none for masks and points. get_preds() predicts them.',
      )
    const passes = Array.from({ length: n }, (_, pass) => data.augmented(pass))
    const { preds: plain, targets } = await this.get_preds()
    let others: Tensor | undefined
    try {
      for (const dataset of passes) {
        const next = await this.get_preds(dataset)
        next.targets.dispose()
        const before: Tensor | undefined = others
        others = before ? tidy(() => (use_max ? maximum(before, next.preds) : add(before, next.preds))) : next.preds
        if (before) dispose([before, next.preds])
      }
      const preds = tidy(() => (use_max ? maximum(plain, others!) : add(mul(plain, beta), mul(others!, (1 - beta) / n))))
      return { preds, targets }
    } catch (error) {
      targets.dispose()
      throw error
    } finally {
      dispose([plain, ...(others ? [others] : [])])
    }
  }
}
