import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compare_losses } from '../chart/compare.js'
import { Recorder } from '../recorder.js'
import { externalReferences } from '../testing/external-references.js'
import { FakeFit } from '../testing/fake-fit.js'
import { report } from './report.js'

const recorder = new Recorder()
new FakeFit([recorder], { batches: 20 }).run()

const nasty = `<script src="https://evil.example/x.js">alert('1' & "2")</script>`
const page = await report({
  title: nasty,
  intro: `First.\n\nSecond ${nasty}`,
  sections: [
    {
      title: nasty,
      text: nasty,
      table: [
        { [nasty]: nasty, run: 'a', loss: 1e-7 },
        { run: 'b', epochs: 3, loss: null },
      ],
    },
    { title: 'Losses', plots: [recorder.plot_losses(), recorder.plot_lr({ showMoms: true })] },
  ],
}).html()

test('the page loads nothing, runs nothing, and shows what it was given as text', () => {
  const text = page.replaceAll('https://evil.example/x.js', '')
  expect(externalReferences(text.replaceAll('src=', ''))).toEqual([])
  expect(page).not.toMatch(/<script|onload|javascript:/i)
  expect(page).toContain('&#60;script src=&#34;')
})

test('the check for references to elsewhere finds them', () => {
  for (const bad of [
    '<img src="a.png">',
    '<a href="https://a.example">',
    '<style>@import "x.css"</style>',
    'url(font.woff)',
    '<script>1</script>',
    '//cdn.example/x',
  ])
    expect(externalReferences(bad), bad).not.toEqual([])
  for (const good of ['<svg xmlns="http://www.w3.org/2000/svg">', '<a href="data:text/plain,a">', '<a href="#top">'])
    expect(externalReferences(good), good).toEqual([])
})

test('names inside a drawing are text as well', async () => {
  const svg = await compare_losses({ [nasty]: recorder.history, b: recorder.history }).svg()
  expect(svg).not.toContain('<script')
  expect(svg).toContain('&lt;script')
})

test('a table has the columns of all its rows, blanks where a row has none', () => {
  expect(page).toContain('<td>a</td><td>1.0000e-7</td><td></td>')
  expect(page).toContain('<td></td><td>b</td><td></td><td>3</td>')
})

test('each plot is inline, for light pages and for dark ones, with its specification to download', () => {
  expect(page.match(/<svg /g)).toHaveLength(4)
  const [, name, data] = /download="([^"]+)" href="data:application\/json;base64,([^"]+)"/.exec(page)!
  expect(name).toBe('losses.vl.json')
  expect(JSON.parse(Buffer.from(data!, 'base64').toString())).toEqual(JSON.parse(JSON.stringify(recorder.plot_losses().spec)))
})

test('ids inside the drawings do not collide', () => {
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(match => match[1])
  expect(new Set(ids).size).toBe(ids.length)
})

test('save writes the page whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'report-'))
  try {
    await report({ title: 'T', sections: [] }).save(join(folder, 'a/report.html'))
    expect(await readFile(join(folder, 'a/report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<h1>T<\/h1>[\s\S]*<\/html>\n$/)
  } finally {
    await rm(folder, { recursive: true })
  }
})
