import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runAll } from '../packages/onecycle/test/run-all.js'
import { root } from '../packages/onecycle/test/run-program.js'
import { galleryProgram, sectionsOf } from './gallery-program.js'

const page = readFileSync(join(root, 'docs/gallery.md'), 'utf8')
const names = sectionsOf(page).map(({ name }) => name)

test('every plot of the gallery is drawn by the lines beside it', async () => {
  const drawn = `${galleryProgram(page)}\nfor (const [name, plot] of Object.entries(plots)) console.log(name, plot.draw({ color: false }).length)`
  const [ran] = await runAll([{ where: 'docs/gallery.md', code: drawn }])
  expect(ran!.error).toBeUndefined()
  for (const name of names) expect(ran!.said).toMatch(new RegExp(`^${name} \\d{3,}$`, 'm'))
}, 480_000)

test('and has a light and a dark picture, on the sheet of all too', () => {
  const pictures = names.flatMap(name => [`${name}.png`, `${name}-dark.png`])
  expect(names.length).toBeGreaterThan(25)
  expect(readdirSync(join(root, 'docs/gallery')).toSorted()).toEqual(pictures.toSorted())
  for (const picture of pictures) expect(page).toContain(`"gallery/${picture}"`)
  expect(existsSync(join(root, 'docs/plots.png'))).toBe(true)
})

test('no plot of a Learner’s record, of an interpretation or of what looks inside is left out', () => {
  const methods = (file: string) => [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}(plot_\w+|plot|color_dim)\(/gm)]
  const files = [
    'packages/recorder/src/recorder.ts',
    ...['activation-stats', 'gradient-stats', 'profiler'].map(name => `packages/learner/src/inspect/${name}.ts`),
    ...['classification', 'regression'].map(name => `packages/learner/src/interpret/${name}-interpretation.ts`),
  ]
  const all = files.flatMap(methods).map(match => match[1]!)
  expect(all.length).toBeGreaterThan(12)
  for (const name of all) expect(page).toContain(`.${name}(`)
})
