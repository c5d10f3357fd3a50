import { expect, test } from 'vitest'
import { inks, paled, seriesLook, themes } from './palette.js'

// Machado, Oliveira and Fernandes 2009, severity 1, on linear red, green and blue.
const sights: Record<string, number[][]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'without red': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'without green': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'without blue': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}
const times = (matrix: number[][], vector: number[]) => matrix.map(row => row.reduce((sum, m, i) => sum + m * vector[i]!, 0))
const linear = (color: string) =>
  [1, 3, 5].map(i => {
    const part = Number.parseInt(color.slice(i, i + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
const xyz = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
]
/** CIELAB, as an eye with that sight has it. */
function lab(color: string, sight = 'usual'): number[] {
  const seen = times(sights[sight]!, linear(color)).map(part => Math.min(1, Math.max(0, part)))
  const [x, y, z] = times(xyz, seen).map((value, i) => {
    const share = value / [0.95047, 1, 1.08883][i]!
    return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116
  }) as [number, number, number]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}
const apart = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!))
const luminance = (color: string) => times(xyz, linear(color))[1]!
const pairs = <T>(values: readonly T[]) => values.flatMap((a, i) => values.slice(0, i).map((b): [T, T] => [a, b]))
const least = (values: readonly number[]) => Math.min(...values)

test.each(themes)('on a %s ground the colours are told apart by all eyes, in grey, and from the ground', theme => {
  const colors = Array.from({ length: 8 }, (_, i) => seriesLook(i, theme).color)
  for (const sight of Object.keys(sights))
    expect(least(pairs(colors.map(color => lab(color, sight))).map(([a, b]) => apart(a, b)))).toBeGreaterThan(13)
  const light = colors.map(color => lab(color)[0]!)
  expect(least(pairs(light).map(([a, b]) => Math.abs(a - b)))).toBeGreaterThan(4)
  expect(least(pairs(light.slice(0, 4)).map(([a, b]) => Math.abs(a - b)))).toBeGreaterThan(11)
  const ground = luminance(inks[theme].ground)
  for (const y of colors.map(luminance)) expect((Math.max(y, ground) + 0.05) / (Math.min(y, ground) + 0.05)).toBeGreaterThan(2.95)
})

test('no two of a hundred series look alike', () => {
  const looks = Array.from({ length: 100 }, (_, i) => JSON.stringify(seriesLook(i, 'light')))
  expect(new Set(looks).size).toBe(100)
  // A line alone, too.
  const lines = Array.from({ length: 100 }, (_, i) => seriesLook(i, 'light')).map(({ color, dash }) => `${color} ${dash}`)
  expect(new Set(lines).size).toBe(100)
})

test('what is pale is mixed with the ground', () => {
  expect(paled('#000000', '#ffffff', 0.25)).toBe('#bfbfbf')
  expect(paled('#112233', '#ffffff', 1)).toBe('#112233')
})
