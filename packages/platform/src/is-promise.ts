/** Whether a value is to be awaited: a promise, of whatever make. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** What a message adds where it is given a promise; nothing for all else. */
export function awaitHint(value: unknown): string {
  return isPromise(value) ? ' Was an await forgotten?' : ''
}
