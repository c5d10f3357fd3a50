import { kind, show } from '@onecycle/platform'

/**
 * Refuses what no `state()` of `owner` can have given.
 *
 * @param fits what its members must be
 * @throws TypeError
 */
export function checkState<State extends object>(
  owner: string,
  state: State,
  fits: { [K in keyof State]: (value: unknown) => boolean },
): void {
  const members = Object.entries(fits) as [keyof State, (value: unknown) => boolean][]
  if (kind.object.fits(state) && members.every(([name, fits]) => fits(state[name]))) return
  throw new TypeError(`${owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
}

export const isNumber = (value: unknown): boolean => typeof value === 'number'
export const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
export const isList = (value: unknown): boolean => Array.isArray(value)
export const isObject = (value: unknown): boolean => kind.object.fits(value)
