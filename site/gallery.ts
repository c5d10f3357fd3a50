// The pictures of docs/gallery.md, light and dark, and docs/plots.png with all of them: npm run gallery
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plot } from 'onecycle'
import { galleryProgram, sectionsOf } from './gallery-program.ts'

const root = join(import.meta.dirname, '..')
// What makes pictures in tests of those that are read.
const sharp = createRequire(join(root, 'packages/data/package.json'))('sharp')

const page = await readFile(join(root, 'docs/gallery.md'), 'utf8')
const names = sectionsOf(page).map(({ name }) => name)
await mkdir(join(root, 'runs'), { recursive: true })
const folder = await mkdtemp(join(root, 'runs/gallery-'))
const file = join(folder, 'program.ts')
await writeFile(file, galleryProgram(page))
const { plots } = (await import(pathToFileURL(file).href)) as { plots: Record<string, Plot> }
await rm(folder, { recursive: true })

const pictures = join(root, 'docs/gallery')
await rm(pictures, { recursive: true, force: true })
await mkdir(pictures)
for (const name of names)
  for (const theme of ['light', 'dark'] as const)
    await writeFile(fileOf(name, theme), await plots[name]!.png({ theme, scale: 1 }))

// The left half of the sheet is light, the right one dark.
const backgrounds = { light: '#ffffff', dark: '#181818' }
const [columns, width, height, gap] = [4, 380, 260, 12] as const
const rows = Math.ceil(names.length / columns)
const side = columns * (width + gap) + gap
const sheet = (theme: 'light' | 'dark') =>
  Promise.all(
    names.map(async (name, i) => ({
      input: await sharp(fileOf(name, theme))
        .resize(width, height, { fit: 'contain', background: backgrounds[theme] })
        .toBuffer(),
      left: gap + (i % columns) * (width + gap) + (theme === 'dark' ? side : 0),
      top: gap + Math.floor(i / columns) * (height + gap),
    })),
  )
const dark = { create: { width: side, height: rows * (height + gap) + gap, channels: 3, background: backgrounds.dark } }
await sharp({ create: { width: 2 * side, height: rows * (height + gap) + gap, channels: 3, background: backgrounds.light } })
  .composite([
    { input: await sharp(dark).png().toBuffer(), left: side, top: 0 },
    ...(await sheet('light')),
    ...(await sheet('dark')),
  ])
  .png({ palette: true, compressionLevel: 9 })
  .toFile(join(root, 'docs/plots.png'))

const drawn = plots['losses']!.draw({ width: 90, height: 18, color: false })
await writeFile(
  join(root, 'docs/gallery.md'),
  page.replace(/^```text\n[\s\S]*?^```/m, () => `\`\`\`text\n${drawn.trimEnd()}\n\`\`\``),
)
console.log(`${names.length} plots, light and dark, are in docs/gallery, and all of them on docs/plots.png.`)

function fileOf(name: string, theme: 'light' | 'dark'): string {
  return join(pictures, `${name}${theme === 'dark' ? '-dark' : ''}.png`)
}
