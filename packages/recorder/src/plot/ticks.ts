/** Round values that divide [low, high] into at most about `count` steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, count: number, integer = false): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const nice = [1, 2, 5, 10].map(m => m * power).find(step => step >= raw * 0.999999)!
  const step = integer ? Math.max(1, Math.round(nice)) : nice
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten in [low, high], and where there are fewer than three also their 2 and 5 fold. Both ends are positive. */
export function logTicks(low: number, high: number, count = Infinity): number[] {
  const inside = (multiples: number[]) => {
    const ticks: number[] = []
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
      for (const m of multiples) ticks.push(Number(`${m}e${e}`))
    return ticks.filter(t => t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9))
  }
  const powers = inside([1])
  const ticks = powers.length < 3 ? inside([1, 2, 5]) : powers
  const every = Math.ceil(ticks.length / Math.max(1, count))
  return ticks.filter((_, i) => i % every === 0)
}
