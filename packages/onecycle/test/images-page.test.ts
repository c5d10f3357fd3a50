// Alone: it loads our sources and a backend.
import '@tensorflow/tfjs-backend-cpu'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { get_transforms, ImageDataBunch } from '@onecycle/data'
import { setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium } from './chromium.js'
import { openPageAndWorker, type PageAndWorker } from './page-and-worker.js'
import { root } from './run-program.js'

// What draws the pictures that are read, of the package that reads them.
const sharp = createRequire(join(root, 'packages/data/package.json'))('sharp')

const program = `
  import '@tensorflow/tfjs-backend-cpu'
  import * as tf from '@tensorflow/tfjs-core'
  import * as data from '@onecycle/data'
  await tf.setBackend('cpu')
  Object.assign(globalThis, { data })`

const names = ['train/a/0.png', 'train/a/1.jpg', 'train/b/2.webp', 'train/b/3.png', 'valid/a/4.jpg', 'valid/b/5.webp']

function picture(i: number): Promise<Uint8Array> {
  const [height, width] = [40 + i, 50]
  const values = Uint8Array.from({ length: height * width * 3 }, (_, at) => 128 + 100 * Math.sin(at / (9 + i)))
  const made = sharp(values, { raw: { height, width, channels: 3 } })
  return [made.png(), made.jpeg(), made.webp()][['png', 'jpg', 'webp'].indexOf(names[i]!.split('.')[1]!)].toBuffer()
}

describe.skipIf(noChromium)(`pictures in a page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let open: PageAndWorker
  let pictures: Uint8Array[]
  beforeAll(async () => {
    await setBackend('cpu')
    pictures = await Promise.all(names.map((_, i) => picture(i)))
    open = await openPageAndWorker(program)
  })
  afterAll(() => open?.close())

  test.each(['inPage', 'inWorker'] as const)('%s, a folder that a person chose gives the bits that Node reads', async place => {
    const { mkdir } = await import('node:fs/promises')
    const folder = join(open.folder, 'set')
    for (const [i, name] of names.entries()) {
      await mkdir(join(folder, name, '..'), { recursive: true })
      await writeFile(join(folder, name), pictures[i]!)
    }
    const options = { size: 32, bs: 4, seed: 3 }
    const node = await ImageDataBunch.from_folder(folder, { ...options, ds_tfms: get_transforms() })
    const ours: number[][] = []
    for (const loader of [node.train_dl, node.valid_dl!])
      for await (const { xs, ys } of loader as AsyncIterable<{ xs: Tensor; ys: Tensor }>)
        ours.push([...(await xs.data())], [...(await ys.data())])
    const theirs = await open.run<number[][]>(
      place,
      `const files = await Promise.all(${JSON.stringify(names)}.map(async name => {
        const file = new File([await (await fetch('/set/' + name)).arrayBuffer()], name.split('/').at(-1))
        Object.defineProperty(file, 'webkitRelativePath', { value: 'set/' + name })
        return file
      }))
      const { ImageDataBunch, get_transforms } = data
      const bunch = await ImageDataBunch.from_folder(files.reverse(), { ...${JSON.stringify(options)}, ds_tfms: get_transforms() })
      const all = []
      for (const loader of [bunch.train_dl, bunch.valid_dl])
        for await (const { xs, ys } of loader) all.push([...(await xs.data())], [...(await ys.data())])
      return all`,
    )
    expect(theirs).toEqual(ours)
  })

  test('what is no picture, and a path, say so', async () => {
    const message = (source: string) =>
      open.run<string>('inPage', `return data.ImageDataBunch.from_folder(${source}).then(() => '', error => error.message)`)
    expect(await message("'pets'")).toBe(
      'Cannot look into pets: a page has no folders. Let a person choose one, <input type="file" webkitdirectory>, and give its files.',
    )
    expect(await message('[]')).toMatch(/There are no pictures in the Files, which is empty/)
  })
})
