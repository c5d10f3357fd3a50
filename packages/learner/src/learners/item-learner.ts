import type { Tensors } from '@onecycle/callbacks'
import type { Answer } from '../export/answer.js'
import { answerItems } from '../export/answer-items.js'
import { meaningsOf } from '../export/meanings.js'
import { Learner } from '../learner.js'
import type { Samples } from '../model/sample-tensors.js'

/**
 * A Learner of data that is made of items as people have them: {@link predict} takes such, and not tensors alone.
 *
 * @example
 * const embed = async (texts: readonly string[]) => texts.map(text => [text.length, text.split('a').length - 1])
 * const items = ['banana', 'plum', 'papaya', 'fig']
 * const data = await EmbeddedDataBunch.from_items({ items, y: ['soft', 'hard', 'soft', 'hard'], embed, valid_pct: 0.5, seed: 2, bs: 2 })
 * const learn = new ItemLearner<string>(data, mlp([2, 2]))
 * await learn.predict('mango')   // { label: 'soft', probs: { hard: 0.3, soft: 0.7 } }
 */
export class ItemLearner<Item, Several = readonly Item[]> extends Learner {
  static override readonly name: string = 'ItemLearner'

  /**
   * What the model says of an item, or of several: `{ label, probs }`, `{ labels, probs }` or `{ value }`, plain JSON. They become inputs as those of
   * training did. Inputs of the model are taken too, as by every {@link Learner.predict}, which answers with a tensor.
   *
   * @throws Error, RangeError or TypeError for an item that cannot be read
   */
  override predict(items: Several): Promise<Answer[]>
  override predict(item: Item): Promise<Answer>
  override predict(x: Samples | readonly Samples[] | Readonly<Record<string, Samples>>): Tensors
  override predict(given: never): Promise<Answer | Answer[]> | Tensors {
    const { inputs } = this.data
    if (!inputs?.takes(given, this.inputNames)) return super.predict(given)
    const meanings = meaningsOf(this.data, this.model, this.loss_func)
    return answerItems(inputs, given, meanings, xs => super.predict(xs as never))
  }
}
