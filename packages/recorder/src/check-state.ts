import { show, typeError } from '@onecycle/platform'

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value)

/**
 * Refuses what no `state()` of `owner` can have given: it has the members of the one that it has now.
 *
 * @throws TypeError
 */
export function checkState<State extends object>(owner: string, state: State, now: State): void {
  if (Object.entries(now).every(([name, value]) => kindOf(value) === kindOf(state?.[name as keyof State] ?? undefined))) return
  throw typeError('wrong-state', `${owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
}
