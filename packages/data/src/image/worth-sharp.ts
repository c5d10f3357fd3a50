/** Pixels from which on sharp decodes a picture, on threads of its own: what it takes to begin is more than a small one. */
let least = 2 ** 14

export function isWorthSharp(pixels: number): boolean {
  return pixels >= least
}

/**
 * Says that all processors have work already. Then sharp's threads take turns with those that wait for them, and it is worth it from where its native
 * code takes less time than WebAssembly and all the handing over does.
 */
export function shareProcessors(): void {
  least = 2 ** 17
}
