/** A number to so many significant digits, without trailing zeros and with a short exponent: 0.05, 1.2e-5, 12000. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return shortExponent(value.toExponential(digits - 1))
  return String(Number(value.toPrecision(digits)))
}

/** Drops trailing zeros of the mantissa and the plus sign of the exponent: '1.50e+7' becomes '1.5e7'. */
function shortExponent(text: string): string {
  const [mantissa, exponent] = text.split('e') as [string, string]
  return `${Number(mantissa)}e${Number(exponent)}`
}
