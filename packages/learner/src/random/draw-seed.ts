/** A seed that nobody gave. */
export function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
