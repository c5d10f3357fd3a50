import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Resvg } from './node/resvg/engine.js'
import { Plot } from './plot.js'

const points = Array.from({ length: 20 }, (_, x): [number, number] => [x, 1 / (x + 1)])
const panel = { title: 'Cost', x: { label: 'Batches' }, y: { label: 'Cost in euros' } }
const plot = new Plot({ panels: [{ ...panel, series: [{ name: 'cost', style: 'line', points }] }] })
const given = (value: unknown) => value as never

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plot-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('PNG', () => {
  test('has the size asked for, and its text is really drawn', async () => {
    const [svg, one, two] = await Promise.all([plot.svg(), plot.png({ scale: 1 }), plot.png()])
    expect([...two.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    const [width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number)
    expect(sizeOf(one)).toEqual([Math.round(width!), Math.round(height!)])
    expect(sizeOf(two)).toEqual([Math.round(width! * 2), Math.round(height! * 2)])
    const labelless = darkPixels(new Resvg(svg).render().pixels)
    const image = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image width="${width}" height="${height}" href="data:image/png;base64,${Buffer.from(one).toString('base64')}"/></svg>`
    expect(darkPixels(new Resvg(image).render().pixels)).toBeGreaterThan(labelless + 500)
  })

  test.each([0, -1, Number.NaN, 100])('a scale of %s is refused', async scale => {
    await expect(plot.png({ scale })).rejects.toThrow(/scale is/)
  })
})

describe('save', () => {
  test.each([
    ['a.svg', '<svg'],
    ['deep/er/b.json', '{'],
    ['c.html', '<!doctype html>'],
    ['D.PNG', '\x89PNG'],
  ])('writes %s, and leaves no temporary file', async (name, start) => {
    const path = join(folder, name)
    await plot.save(path)
    expect((await readFile(path, 'latin1')).startsWith(start)).toBe(true)
    expect((await readdir(join(path, '..'))).filter(file => file.includes('.tmp'))).toEqual([])
  })

  test('the JSON is the specification', async () => {
    const path = join(folder, 'spec.json')
    await plot.save(path)
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(plot.spec)))
  })

  test.each(['plot.gif', 'plot', 'plot.'])('refuses %s', async name => {
    await expect(plot.save(join(folder, name))).rejects.toThrow(/\.svg, \.png, \.html, \.json/)
  })

  test('a failure leaves neither a torn file nor a temporary one', async () => {
    await mkdir(join(folder, 'failing', 'taken.svg'), { recursive: true })
    await expect(plot.save(join(folder, 'failing', 'taken.svg'))).rejects.toThrow()
    expect(await readdir(join(folder, 'failing'))).toEqual(['taken.svg'])
  })
})

test('a notebook gets the drawing and a text', async () => {
  const bundle = await (plot as unknown as Record<symbol, () => Promise<Record<string, string>>>)[
    Symbol.for('Jupyter.display')
  ]!()
  expect(bundle['image/svg+xml']).toMatch(/^<svg/)
  expect(bundle['text/plain']).toContain('Cost')
})

test('console.log shows the drawing, or the title on a terminal that shows it anyway', () => {
  const { isTTY } = process.stdout
  try {
    process.stdout.isTTY = false
    expect(inspect(plot)).toBe(plot.draw({ color: false }))
    process.stdout.isTTY = true
    expect(inspect(plot)).toBe('Plot(Cost)')
  } finally {
    process.stdout.isTTY = isTTY
  }
})

describe('themes', () => {
  const background = (svg: string) => /<rect width="\d+" height="\d+" fill="(#\w+)"/.exec(svg)![1]
  const light = '#ffffff'
  const dark = '#181818'

  test('a plot is light, or as it was told, or as all plots were told', async () => {
    const of = () => new Plot({ panels: [{ ...panel, series: [{ name: 'cost', style: 'line', points }] }] })
    const ground = async (plot: Plot, options?: Parameters<Plot['svg']>[0]) => background(await plot.svg(options))
    expect(await ground(of())).toBe(light)
    expect(await ground(of(), { theme: 'dark' })).toBe(dark)
    const told = of().present({ show: false, theme: 'dark' })
    expect(await ground(told)).toBe(dark)
    expect((told.spec['config'] as { background: string }).background).toBe(dark)
    expect(await ground(told, { theme: 'light' })).toBe(light)
    try {
      Plot.theme = 'dark'
      expect(await ground(of())).toBe(dark)
      expect(await ground(of().present({ show: false, theme: 'light' }))).toBe(light)
    } finally {
      Plot.theme = undefined
    }
    expect(await ground(of())).toBe(light)
    expect(() => {
      Plot.theme = given('darkk')
    }).toThrow(/theme must be one of 'light', 'dark', but it is 'darkk'/)
    await expect(of().svg({ theme: given('Dark') })).rejects.toThrow(/theme must be/)
    await of().save(join(folder, 'dark.svg'), { theme: 'dark' })
    expect(background(await readFile(join(folder, 'dark.svg'), 'utf8'))).toBe(dark)
  })

  test('a page has a drawing for light and for dark, and prints the light one; told a theme it has that alone', async () => {
    const page = await plot.html()
    expect(page.match(/<div class="on-(light|dark)">/g)).toHaveLength(2)
    expect(page).toContain('@media screen and (prefers-color-scheme: dark)')
    expect(page).not.toContain('<html lang="en" data-theme')
    const one = await plot.html({ theme: 'dark' })
    expect(one).toContain('<html lang="en" data-theme="dark">')
    expect(one.match(/<div class="on-(light|dark)">/g)).toEqual(['<div class="on-dark">'])
  })
})

test('a page is complete in itself, and is smaller where it need not answer a pointer', async () => {
  const [page, still] = [await plot.html(), await plot.html({ interactive: false })]
  expect(page).toContain('<script type="module">')
  expect(page.length - still.length).toBeLessThan(450_000)
  expect(still).not.toContain('<script')
  const json = /<script type="application\/json">(.*)<\/script>/.exec(page)![1]!
  expect(JSON.parse(json).panels[0].series[0].points).toEqual(points)
})

test('a title is text, whatever its characters mean to others', async () => {
  const panel = { title: "cost in $& and $'", x: { label: '' }, y: { label: '' } }
  const plot = new Plot({ panels: [{ ...panel, series: [{ name: 'cost', style: 'line', points: [[0, 1]] }] }] })
  expect(await plot.html()).toContain('aria-label="cost in $&#38; and $&#39;"')
})

test('text draws what draw draws', async () => {
  const options = { width: 60, color: false }
  expect(await plot.text(options)).toBe(plot.draw(options))
})

test('what is no chart, no option and no path is refused', async () => {
  expect(() => new Plot(given({ losses: [1] }))).toThrow(/Plot takes a chart/)
  expect(() => plot.draw(given({ colour: true }))).toThrow(/draw has no option colour. Did you mean color\?/)
  await expect(plot.png(given({ scal: 1 }))).rejects.toThrow(/Did you mean scale\?/)
  await expect(plot.save(given(undefined))).rejects.toThrow(/Cannot tell a plot's format from the file name undefined\./)
})

function sizeOf(png: Uint8Array): number[] {
  const view = new DataView(png.buffer, png.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

function darkPixels(rgba: Uint8Array): number {
  let dark = 0
  for (let i = 0; i < rgba.length; i += 4) if (rgba[i]! + rgba[i + 1]! + rgba[i + 2]! < 330) dark++
  return dark
}
