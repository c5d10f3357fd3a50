import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onecycle } from './run-program.js'

let folder: string
let config: string
const env = { ONECYCLE_BACKEND: 'cpu' }
const job =
  'y: kind\nepochs: 2\nseed: 3\nspace:\n  layers: [[4], [8, 4]]\n  lr: { logUniform: [1e-2, 1e-1] }\ntrials: 4\nparallel: 2\n'
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle sweep '))
  config = join(folder, 'flowers.yaml')
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 2},${(i % 5) / 10},${'ab'[i % 2]}`)
  await writeFile(join(folder, 'flowers.csv'), `x,z,kind\n${rows.join('\n')}\n`)
  await writeFile(config, `data: ${join(folder, 'flowers.csv')}\n${job}`)
})
afterAll(() => rm(folder, { recursive: true }))

describe('onecycle sweep', () => {
  test('--help has examples', async () => {
    expect((await onecycle(['sweep', '--help'])).stdout).toMatch(
      /Usage: onecycle sweep[\s\S]*show [\s\S]*Examples:\n {2}onecycle sweep/,
    )
    expect((await onecycle(['worker', '--help'])).stdout).toMatch(/Usage: onecycle worker[\s\S]*--queue/)
  })

  test('runs a config file into a folder of runs, is interrupted by Ctrl-C, and goes on', async () => {
    const args = ['sweep', config]
    let asked = false
    const interrupted = await onecycle(args, {
      ...{ cwd: folder, env },
      watchErrors: (text, kill) => {
        // A second one would end it at once.
        if (!asked && /^1\/4 {2}trial/m.test(text)) kill('SIGINT')
        asked ||= /^1\/4/m.test(text)
      },
    })
    expect(interrupted).toMatchObject({ code: 130, stdout: '' })
    expect(interrupted.stderr).toMatch(
      /Interrupted by Ctrl-C: \d of 4 trials are over, and the same command goes on with the others\./,
    )
    const end = await onecycle([...args, '--json'], { cwd: folder, env })
    expect([end.code, end.stderr]).toEqual([0, ''])
    const told = JSON.parse(end.stdout)
    expect(told).toMatchObject({
      metric: 'valid_loss',
      trials: 4,
      done: 4,
      stopped: 0,
      failed: 0,
      best: { value: expect.any(Number) },
    })
    expect((await readdir(join(folder, 'runs/flowers'))).sort()).toEqual([
      '000',
      '001',
      '002',
      '003',
      'results.jsonl',
      'sweep.json',
    ])
    // A trial is a run like any other.
    const predicted = await onecycle(['predict', 'runs/flowers/000', 'flowers.csv', '-o', 'out.csv'], { cwd: folder, env })
    expect([predicted.code, predicted.stdout]).toEqual([0, `${join(folder, 'out.csv')}\n`])
    const again = await onecycle(args, { cwd: folder, env })
    expect([again.code, again.stdout]).toEqual([0, `${join(folder, 'runs/flowers')}\n`])
  })

  test('show says all trials, the best first, and draws what there is', async () => {
    const { code, stdout } = await onecycle(['sweep', 'show', 'flowers', '--out', 'plots.svg'], { cwd: folder })
    expect(code).toBe(0)
    const [head, ...rows] = stdout.split('\n')
    expect(head!.trim().split(/\s+/)).toEqual(['state', 'epochs', 'valid_loss', 'layers', 'lr'])
    const values = rows.slice(0, 4).map(row => Number(row.trim().split(/\s+/)[4]))
    expect(values).toEqual([...values].sort((a, b) => a - b))
    expect(rows.slice(4).filter(Boolean)).toEqual(['plots.svg', 'plots-params.svg', 'plots-curves.svg'])
    expect(await readFile(join(folder, 'plots.svg'), 'utf8')).toContain('4 trials of flowers')
    const drawn = await onecycle(['sweep', 'show', 'runs/flowers'], { cwd: folder })
    expect(drawn.stdout).toContain('The best 4 of 4 trials of flowers')
    expect(JSON.parse((await onecycle(['sweep', 'show', 'flowers', '--json'], { cwd: folder })).stdout).trials).toHaveLength(4)
  })

  test.each([
    [['sweep'], 'there is no config: say which file describes the sweep.'],
    [['sweep', 'none.yaml'], 'Cannot read none.yaml: there is no such file.'],
    [['sweep', 'no-space.yaml'], 'no-space.yaml has no space: say there which keys trials differ in'],
    [['sweep', 'no-data.yaml'], 'no-data.yaml has no data: say there what to train on'],
    [['sweep', 'no-line.yaml'], 'no-line.yaml:4:3: there is no key wdth'],
    [['sweep', 'no-mode.yaml'], "say which way accuracy is better: mode: 'max' or 'min'."],
    [['sweep', 'show', 'nothing'], 'There is no sweep nothing in runs, and no such folder of one.'],
    [['worker', '--queue', 'localhost'], "queue is 'localhost'; expected the address of Redis"],
  ])('%j is misuse, and said in a line', async (args, message) => {
    await writeFile(join(folder, 'no-space.yaml'), 'data: iris\n')
    await writeFile(join(folder, 'no-data.yaml'), 'space:\n  bs: [1, 2]\n')
    await writeFile(join(folder, 'no-line.yaml'), 'data: iris\ntrials: 2\nspace:\n  wdth: [1]\n')
    await writeFile(join(folder, 'no-mode.yaml'), 'data: iris\ntrials: 2\nmetric: accuracy\nspace:\n  bs: [1, 2]\n')
    const { code, stdout, stderr } = await onecycle(args, { cwd: folder })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})
