/**
 * A figure of a table in at most 10 characters, sign aside: 6 decimals where they show at least 4 significant digits
 * and fit, else as many as fit or an exponent. Null is empty.
 */
export function formatFigure(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  if (size === 0 || !Number.isFinite(value)) return value.toFixed(6)
  if (size < 1e-4 || size >= 1e7) return value.toExponential(size < 1e-99 || size >= 1e100 ? 3 : 4)
  return size < 1e-3 ? value.toFixed(8) : size < 1e3 ? value.toFixed(6) : value.toPrecision(8)
}

/** A figure that is read in passing, to 4 significant digits: 0.1235, 12.35, 1235, 1.2e-5. */
export function formatShort(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || !Number.isFinite(value)) return String(value)
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1).replace('e+', 'e')
  return size < 1e3 ? value.toPrecision(4) : value.toFixed(0)
}

/** So many a second, to 2 or 3 digits: 0.25, 12, 950, 3.2k, 15k. */
export function formatRate(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const unit = ['', 'k', 'M', 'G'].findIndex((_, i) => value < 999.5 * 1000 ** i)
  if (unit < 0) return value.toExponential(1)
  const scaled = value / 1000 ** unit
  const digits = scaled < 9.95 ? (unit === 0 && scaled < 0.995 ? 2 : 1) : 0
  return `${Number(scaled.toFixed(digits))}${['', 'k', 'M', 'G'][unit]}`
}

/** Bytes as people say them: 900 B, 1.2 MB, 64 MB. */
export function formatBytes(bytes: number): string {
  const unit = Math.min(4, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000) + 1e-9))
  const scaled = bytes / 1000 ** unit
  return `${scaled < 9.95 && unit > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${['B', 'kB', 'MB', 'GB', 'TB'][unit]}`
}

/** Seconds as `mm:ss`, from an hour on `h:mm:ss`. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`
}
