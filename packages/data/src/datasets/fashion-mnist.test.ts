import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fashionMnist } from './fashion-mnist.js'

test('four IDX files become pictures of ten kinds of clothes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  try {
    for (const part of ['train', 't10k']) {
      await writeFile(
        join(folder, `${part}-images-idx3-ubyte.gz`),
        gzipSync(Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 255, 102)),
      )
      await writeFile(join(folder, `${part}-labels-idx1-ubyte`), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 9, 3))
    }
    const data = await fashionMnist({ folder, bs: 1 })
    expect([data.c, data.classes?.[9], data.inputShape]).toEqual([10, 'Ankle boot', [1, 2, 1]])
    await expect(fashionMnist({ folder: join(folder, 'none') })).rejects.toThrow(/There is no train-images/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('where they are not, it is said how to get them', async () => {
  await fashionMnist().then(
    data => expect(data.train_ds!.length).toBe(60_000),
    error => expect(error.message).toMatch(/apt install dataset-fashion-mnist, or give the folder/),
  )
})
