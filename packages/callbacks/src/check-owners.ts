import { typeError } from '@onecycle/platform'
import type { Callback } from './callback.js'
import { nameOf } from './check-callback.js'

/**
 * Refuses two callbacks that set one hyper-parameter in the course of a fit (see {@link Callback.sets}): each would undo what the other
 * does. One that is switched off (`run: false`) sets nothing.
 *
 * @param rateHint what else can be done where it is the learning rate
 * @throws TypeError that names the two, and what to do
 */
export function checkOwners(
  callbacks: readonly Callback<never>[],
  rateHint = '; in fit(lr, n) the rate is left to a callback',
): void {
  const owners = new Map<string, string>()
  for (const callback of callbacks.filter(callback => callback?.run !== false))
    for (const name of callback?.sets ?? []) {
      const [first, second] = [owners.get(name), nameOf(callback)]
      if (first !== undefined)
        throw typeError(
          'two-owners',
          `${first === second ? `Two callbacks ${first}` : `${first} and ${second}`} both set ${name} in this fit, and each would undo ` +
            `what the other does. Keep one of them${name === 'lr' ? rateHint : ''}.`,
        )
      owners.set(name, second)
    }
}
