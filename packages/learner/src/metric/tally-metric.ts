import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import { answersOf, type Reading } from './answers.js'
import { PassMetric } from './pass-metric.js'
import { Tallies } from './tallies.js'

/** A metric that follows from how often each class was predicted, true, and both. It keeps these counts alone. */
export abstract class TallyMetric extends PassMetric<Tallies> {
  protected async take(pred: Tensor, target: Tensor, weights: Tensor1D | undefined, reading: Reading): Promise<void> {
    const answers = await answersOf(pred, target, weights, reading)
    const tallies = this.gathered ?? new Tallies(answers)
    this.check(tallies)
    tallies.add(answers)
    this.gathered = tallies
  }

  protected numbers(tallies: Tallies): Float64Array {
    return tallies.numbers()
  }

  protected joined(parts: readonly Float64Array[]): Tallies | undefined {
    return Tallies.joined(parts)
  }

  /** @throws RangeError where such targets have no such figure */
  protected abstract check(tallies: Tallies): void
}
