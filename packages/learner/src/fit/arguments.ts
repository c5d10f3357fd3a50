import type { TrainingState } from '@onecycle/callbacks'
import { checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import { checkEpochs, isCount } from './check-epochs.js'
import { defaultRate } from './default-rate.js'
import type { FitCall, FitOptions } from './options.js'
import { fitKinds } from './other-kinds.js'

/**
 * Tells `fit(lr, n)` from fastai 1's `fit(epochs, lr)` and from `fit({ epochs, lr })`. Whether the rate is one is not looked at here.
 *
 * @throws RangeError when no form fits, or both of the first two do; TypeError when options come beside an object of options.
 */
export function fitArguments<L extends TrainingState>(
  given: readonly unknown[],
  rate: number | readonly number[] = defaultRate,
): { n: number; lr: unknown; options: FitOptions<L> } {
  const [first, second, options = {}] = given as [unknown, unknown, FitOptions<L>?]
  if (isCall<L>(first) && !isCount(second)) {
    checkOptions<FitCall>('fit', first, { epochs: kind.any, lr: kind.any, ...fitKinds })
    if (given.length > 1)
      throw typeError('fit-arguments', 'fit({ epochs, lr }) takes all options in the one object, but got a second argument.')
    const { epochs, lr, ...rest } = first
    checkEpochs(epochs, 'epochs')
    return { n: epochs, lr: 'lr' in first ? lr : rate, options: rest as FitOptions<L> }
  }
  if (isCount(first) && isCount(second)) {
    const [one, other] = [reading(first, second), reading(second, first)]
    throw rangeError(
      'fit-arguments',
      `fit(${first}, ${second}) does not say which is the number of epochs, as both are whole numbers. ` +
        `Write ${one === other ? one : `${one}, or ${other}`}.`,
    )
  }
  if (isCount(second)) return { n: second, lr: first, options }
  if (isCount(first)) return { n: first, lr: given.length > 1 ? second : rate, options }
  throw rangeError(
    'fit-arguments',
    `fit(${given.map(show).join(', ')}) is neither fit(lr, n), a positive learning rate and a positive whole number of epochs, ` +
      'nor fit(epochs, lr), the other way round. Examples: fit(1e-2, 3), fit(3, 1e-2), fit({ epochs: 3, lr: 1e-2 }).',
  )
}

const reading = (epochs: number, lr: number) =>
  `fit({ epochs: ${epochs}, lr: ${lr} }) for ${epochs} epoch${epochs === 1 ? '' : 's'} at a learning rate of ${lr}`

/** An object that is no rate: neither a list nor a slice. */
function isCall<L extends TrainingState>(value: unknown): value is FitCall<L> {
  return typeof value === 'object' && value !== null && !('length' in value || 'stop' in value)
}
