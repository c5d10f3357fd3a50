/** The error function in float64, to about 1e-15: its series near 0, the continued fraction of its complement beyond. */
export function errorFunction(x: number): number {
  const z = Math.abs(x)
  if (!(z < 3)) return Math.sign(x) * (1 - complement(z))
  let term = z
  let sum = z
  for (let n = 1; n < 100; n++) {
    term *= (-z * z) / n
    sum += term / (2 * n + 1)
  }
  return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
}

/** 1 - erf(z) for z >= 3 */
function complement(z: number): number {
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction)
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction)
}
