/**
 * A figure of a table in at most 10 characters, sign aside: 6 decimals where they show at least 4 significant digits
 * and fit, else as many as fit or an exponent. Null is empty.
 */
export function formatFigure(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(4)
  return size < 1e3 ? value.toFixed(6) : value.toPrecision(8)
}

/** Seconds as `mm:ss`, from an hour on `h:mm:ss`. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`
}
