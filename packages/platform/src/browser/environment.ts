/** A page has no environment: undefined. */
export function variable(_name: string): string | undefined {
  return undefined
}

/** How many threads the machine runs at a time, or as many as the browser lets a page know. */
export function parallelism(): number {
  return navigator.hardwareConcurrency || 1
}

/** A page is not told what it has: undefined. */
export function processMemory(): number | undefined {
  return undefined
}

/** Where this runs, for people: what the browser says of itself. */
export function describeHost(): string {
  return navigator.userAgent
}

/** A page keeps nothing of that kind: undefined. */
export function cacheFolder(): string | undefined {
  return undefined
}
