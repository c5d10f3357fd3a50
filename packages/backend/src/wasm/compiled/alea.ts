const ALL = 2 ** 32

/**
 * The state of Alea for a seed, as whole numbers below 2^32, and its carry: the generator that TensorFlow.js draws from.
 *
 * Source: Johannes Baagøe's Alea and the hash Mash that seeds it, 2010.
 */
export function aleaState(seed: string): [s0: number, s1: number, s2: number, carry: number] {
  let sum = 0xefc8249d
  const hash = (text: string): number => {
    for (let i = 0; i < text.length; i++) {
      sum += text.charCodeAt(i)
      const spread = 0.02519603282416938 * sum
      const whole = Math.floor(spread)
      const product = (spread - whole) * whole
      const low = Math.floor(product)
      sum = low + (product - low) * ALL
    }
    return sum >>> 0
  }
  const blanks = [hash(' '), hash(' '), hash(' ')] as const
  const [s0, s1, s2] = blanks.map(blank => (blank - hash(seed)) >>> 0) as [number, number, number]
  return [s0, s1, s2, 1]
}
