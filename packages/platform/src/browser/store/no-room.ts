/**
 * What a browser's error means: of no room where its estimate has none for the bytes that were to be written, though it says no more than that a pipe
 * broke; else what it says.
 */
export async function meaning(error: unknown, size: number): Promise<unknown> {
  // A page without https:// has IndexedDB, and no estimate.
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = (await navigator.storage?.estimate()) ?? {}
  const fits = usage + size <= quota
  return fits ? error : Object.assign(new DOMException('', 'QuotaExceededError'), { cause: error })
}
