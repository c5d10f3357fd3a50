import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, onecycle, run, runNode } from './run-program.js'

let folder: string
/** What bash completes by. */
let script: string | undefined
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle cli '))
})
afterAll(() => rm(folder, { recursive: true }))

const esc = String.fromCharCode(27)
const red = new RegExp(`^${esc}\\[31merror: [^\\n]*${esc}\\[39m$`, 'm')

describe('help', () => {
  test('shows commands and examples, and loads nothing for it', async () => {
    const coverage = join(folder, 'coverage')
    const { code, stdout } = await onecycle(['--help'], { env: { NODE_V8_COVERAGE: coverage } })
    expect(code).toBe(0)
    expect(stdout).toMatch(/doctor[\s\S]*demo[\s\S]*schedule[\s\S]*Examples:\n {2}onecycle doctor/)
    const [file] = await readdir(coverage)
    const { result } = JSON.parse(await readFile(join(coverage, file!), 'utf8')) as { result: { url: string }[] }
    const loaded = result.filter(({ url }) => url.startsWith('file:')).map(({ url }) => url.split('/node_modules/').at(-1)!)
    expect(loaded.filter(url => /\/packages\//.test(url)).map(url => url.split('/').at(-1))).toEqual(
      expect.arrayContaining(['cli.js', 'program.js']),
    )
    expect(loaded.filter(url => !/^(commander|chalk)\/|\/packages\/onecycle\/dist\/(job\/)?[\w-]+\.js$/.test(url))).toEqual([])
  })

  test.each(['doctor', 'demo', 'schedule', 'predict'])('%s --help has examples', async command => {
    const { code, stdout } = await onecycle([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Usage: onecycle ${command}[\\s\\S]*Examples:\\n {2}onecycle ${command}`))
  })

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await onecycle(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('predict', () => {
  test('writes rows and what is predicted of them, and says where', async () => {
    // Twice the number, at a class of two: what learn.export writes of such a model.
    const config = { name: 'conts', batch_input_shape: [null, 1], dtype: 'float32', sparse: false }
    const dense = { name: 'head', units: 2, activation: 'softmax', use_bias: false, dtype: 'float32', trainable: true }
    const nodes = (name: string) => [[name, 0, 0]]
    const topology = {
      class_name: 'Model',
      config: {
        name: 'm',
        layers: [
          { name: 'conts', class_name: 'InputLayer', config, inbound_nodes: [] },
          { name: 'head', class_name: 'Dense', config: dense, inbound_nodes: [[['conts', 0, 0, {}]]] },
        ],
        input_layers: nodes('conts'),
        output_layers: nodes('head'),
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    }
    const procs = { types: { age: 'number' }, dates: [], cat_names: [], cont_names: ['age'] }
    const onecycle_ = {
      format: 2,
      versions: {},
      outputs: [{ name: 'head', target: 'class', classes: ['no', 'yes'] }],
      inputs: { kind: 'table', procs },
    }
    const model = {
      ...{ format: 'layers-model', generatedBy: 'a test', convertedBy: null, modelTopology: topology },
      weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'head/kernel', shape: [1, 2], dtype: 'float32' }] }],
      userDefinedMetadata: { onecycle: onecycle_ },
    }
    await writeFile(join(folder, 'model.json'), JSON.stringify(model))
    await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(0, 1).buffer))
    await writeFile(join(folder, 'new.csv'), 'id,age\n007,2\n008,-3\n')
    const out = join(folder, 'out.csv')
    const done = await onecycle(['predict', folder, join(folder, 'new.csv'), '-o', out])
    expect(done).toMatchObject({ code: 0, stdout: `${out}\n`, stderr: expect.stringContaining('2 rows predicted') })
    expect((await readFile(out, 'utf8')).replace(/(\.\d{4})\d+/g, '$1')).toBe(
      'id,age,label,probs.no,probs.yes\n007,2,yes,0.1192,0.8807\n008,-3,no,0.9525,0.0474\n',
    )
    const failed = await onecycle(['predict', folder, join(folder, 'none.csv')])
    expect(failed).toMatchObject({ code: 1, stdout: '' })
    expect(failed.stderr).toContain('there is no such file')
  })
})

describe('errors are one red line with a hint, and exit code 1, or 2 for a command line that is not understood', () => {
  test.each([
    [2, ['demoo'], "unknown command 'demoo'"],
    [2, ['demo', '--epochs', '0'], 'Expected a whole number from 1 on'],
    [2, ['demo', '--lr', 'fast'], 'Expected a positive number'],
    [1, ['demo', '--backend', 'nope'], "Unknown backend 'nope'"],
    [1, ['demo', '--backend', 'node-gpu'], 'npm install @tensorflow/tfjs-node-gpu'],
    [2, ['schedule', 'one_cycle'], "required option '--lr <value>'"],
    [1, ['schedule', 'one_cycle', '--lr', '-1'], 'must be a number above 0'],
    [1, ['schedule', 'constant', '--lr', '1', '--out', 'picture.gif'], 'Let it end in .svg, .png'],
  ])('%i: %j', async (expected, args, message) => {
    const { code, stdout, stderr } = await onecycle(args, { env: { FORCE_COLOR: '1' } })
    expect(code).toBe(expected)
    expect(stdout).toBe('')
    expect(stderr).toMatch(red)
    expect(stderr).toContain(message)
    expect(stderr).toContain('--help')
    expect(stderr).not.toContain('    at ')
  })

  test('a backend forced by the environment is named as such', async () => {
    const { code, stderr } = await onecycle(['demo'], { env: { ONECYCLE_BACKEND: 'abacus' } })
    expect(code).toBe(1)
    expect(stderr).toContain("Unknown backend 'abacus' (ONECYCLE_BACKEND)")
  })

  test('--debug shows the stack, before and after the command', async () => {
    for (const args of [
      ['--debug', 'demo', '--backend', 'nope'],
      ['demo', '--backend', 'nope', '--debug'],
    ]) {
      const { code, stderr } = await onecycle(args)
      expect(code).toBe(1)
      expect(stderr).toMatch(/^error: Unknown backend.*\n {4}at /m)
    }
  })
})

describe('colours', () => {
  const painted = async (env: Record<string, string>, ...more: string[]) => {
    const ends = await Promise.all(
      [['schedule', 'cosine', '--lr', '1'], ['doctor'], ['--help'], ['demoo']].map(args => onecycle([...args, ...more], { env })),
    )
    return ends.map(({ stdout, stderr }) => `${stdout}${stderr}`.includes(`${esc}[`))
  }

  test('are shown where they are asked for, and NO_COLOR, if it is not empty, has the last word', async () => {
    expect(await painted({})).toEqual([false, false, false, false])
    expect(await painted({ FORCE_COLOR: '1' })).toEqual([true, true, true, true])
    expect(await painted({ FORCE_COLOR: '1', NO_COLOR: '' })).toEqual([true, true, true, true])
    expect(await painted({ FORCE_COLOR: '1', NO_COLOR: '1' })).toEqual([false, false, false, false])
    expect(await painted({ FORCE_COLOR: '1' }, '--no-color')).toEqual([false, false, false, false])
  })
})

describe('doctor', () => {
  test('lists every backend, and what would install the absent ones', async () => {
    const { code, stdout } = await onecycle(['doctor'])
    expect(code).toBe(0)
    for (const name of ['node-gpu', 'node', 'webgpu', 'wasm', 'cpu']) expect(stdout).toMatch(new RegExp(`[✔✘] ${name} `))
    expect(stdout).toMatch(/✔ wasm +4\.22\.0/)
    expect(stdout).toMatch(/compiled training kernels/)
  })

  test('--json is the diagnosis', async () => {
    const { code, stdout } = await onecycle(['doctor', '--json'])
    expect(code).toBe(0)
    const diagnosis = JSON.parse(stdout)
    expect(diagnosis.host).toContain(process.version)
    expect(diagnosis.backends.map((backend: { name: string }) => backend.name)).toEqual([
      'node-gpu',
      'webgpu',
      'node',
      'wasm',
      'cpu',
    ])
  })

  test('looks at the packages of the project that it is called in, where a library does not', async () => {
    const project = await mkdtemp(join(tmpdir(), 'onecycle-project-'))
    const stranger = join(project, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
    await mkdir(stranger, { recursive: true })
    await writeFile(join(project, 'package.json'), '{}')
    await writeFile(join(stranger, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' }))
    await writeFile(join(stranger, 'index.js'), "throw new Error('ran from the project')")
    const program = `import(${JSON.stringify(pathToFileURL(join(dirname(cli), 'index.js')).href)})
      .then(async ({ diagnose }) => console.log(JSON.stringify(await diagnose())))`
    const [called, library] = await Promise.all([
      onecycle(['doctor', '--json'], { cwd: project }),
      runNode(['-e', program], { cwd: project }),
    ])
    const reasonOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).backends[0].reason
    expect([reasonOf(called), reasonOf(library)]).toEqual(['ran from the project', 'not installed'])
    await rm(project, { recursive: true })
  })
})

describe('native install', () => {
  test('says what it would do and take, and does nothing unless it is told to', async () => {
    const project = await mkdtemp(join(tmpdir(), 'onecycle-project-'))
    await writeFile(join(project, 'package.json'), '{}')
    const { code, stdout, stderr } = await onecycle(['native', 'install', '--json'], {
      cwd: project,
      env: { ONECYCLE_CACHE: join(project, 'cache') },
    })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^ {2}1\. npm install --save-optional .*@tensorflow\/tfjs-node@4\.22\.0 .*\n {2}2\. its own download/m)
    expect(stderr).toMatch(
      /It takes 485 MiB in .*cache[/\\]native[\s\S]*"code":"not-confirmed","message":"Nobody is here to be asked .* --yes\./,
    )
    expect(await readdir(project)).toEqual(['package.json'])
    await rm(project, { recursive: true })
  })

  test('refuses what there is not', async () => {
    const [kind, release] = await Promise.all([
      onecycle(['native', 'install', 'tpu']),
      onecycle(['native', 'install', '--tensorflow', '2.10.0']),
    ])
    expect([kind.code, release.code]).toEqual([2, 1])
    expect(kind.stderr).toContain("value 'tpu' is invalid for argument 'kind'. Allowed choices are cpu, gpu.")
    expect(release.stderr).toContain('There is no TensorFlow 2.10.0 to install; tfjs-node was run on 2.9.1, 2.18.1.')
  })
})

describe('schedule', () => {
  test('--json prints rate and momentum of every batch', async () => {
    const { code, stdout } = await onecycle([
      'schedule',
      'one_cycle',
      '--lr',
      '5e-2',
      '--epochs',
      '2',
      '--batches',
      '193',
      '--json',
    ])
    expect(code).toBe(0)
    const { steps, lr, mom } = JSON.parse(stdout)
    expect([steps, lr.length, mom.length]).toEqual([386, 386, 386])
    expect(lr[0]).toBeCloseTo(0.05 / 25, 12)
    expect(Math.max(...lr)).toBeLessThanOrEqual(0.05)
    expect(Math.max(...lr)).toBeGreaterThan(0.0499)
    expect([mom[0], Math.min(...mom)]).toEqual([0.95, expect.closeTo(0.85, 3)])
  })

  test('takes several numbers for one option, with spaces or commas', async () => {
    const both = await Promise.all(
      [['0.9', '0.8'], ['0.9,0.8']].map(moms => onecycle(['schedule', 'one_cycle', '--lr', '1', '--json', '--moms', ...moms])),
    )
    expect(both[0]!.stdout).toBe(both[1]!.stdout)
    expect(JSON.parse(both[0]!.stdout).mom[0]).toBe(0.9)
  })

  test('draws in the terminal, and writes a picture', async () => {
    const drawn = await onecycle(['schedule', 'cosine', '--lr', '1'])
    expect(drawn.stdout).toMatch(/Learning Rate[\s\S]*[⠁-⣿][\s\S]*Batches/)
    const out = join(folder, 'cosine.svg')
    expect(await onecycle(['schedule', 'cosine', '--lr', '1', '--out', out])).toEqual({ code: 0, stdout: `${out}\n`, stderr: '' })
    expect(await readFile(out, 'utf8')).toMatch(/^<svg /)
  })
})

describe('demo', () => {
  test('trains, compares, and leaves plots and a report behind', async () => {
    const out = join(folder, 'demo')
    const { code, stdout, stderr } = await onecycle(['demo', '--epochs', '1', '--samples', '2000', '--out', out])
    expect(code).toBe(0)
    for (const call of ['lr_find()', 'fit(1, 5e-2)', 'fit(1, 5e-3)', 'fit_one_cycle(1, 5e-2)'])
      expect(stderr).toContain(`\n${call}\n`)
    expect(stderr.match(/^epoch {2}train_loss {3}valid_loss {3}accuracy/gm)).toHaveLength(3)
    expect(stdout).not.toMatch(/^epoch/m)
    expect(stdout).toMatch(/^fit_one_cycle\(1, 5e-2\)( +\d\.\d{4}){3} +\d+\.\d/m)
    expect(stdout.match(/ best$/gm)).toHaveLength(1)
    const names = ['losses', 'lr', 'lr_find', 'metrics'].flatMap(name =>
      ['json', 'png', 'svg'].map(format => `${name}.${format}`),
    )
    expect((await readdir(out)).sort()).toEqual([...names, 'report.html'].sort())
    expect((await readFile(join(out, 'report.html'), 'utf8')).match(/<svg /g)).toHaveLength(8)
  })

  test('the same seed gives the same losses, bit for bit, and --no-progress leaves out the epoch tables', async () => {
    const pages = await Promise.all(
      ['a', 'b'].map(async name => {
        const out = join(folder, name)
        const options = ['--epochs', '1', '--samples', '640', '--seed', '3', '--no-progress', '--out', out]
        const { code, stdout, stderr } = await onecycle(['demo', ...options, '--json'])
        expect(code).toBe(0)
        expect(stderr).not.toMatch(/^epoch/m)
        expect(JSON.parse(stdout)).toMatchObject({
          out,
          runs: [{}, {}, { name: 'fit_one_cycle(1, 5e-2)', accuracy: expect.any(Number) }],
        })
        return readFile(join(out, 'losses.json'), 'utf8')
      }),
    )
    expect(pages[0]).toBe(pages[1])
  })

  test('--resume goes on after SIGKILL, and ends with the same table and plots', async () => {
    const run = (name: string, killIn?: string) => {
      const out = join(folder, name)
      let poll: NodeJS.Timeout | undefined
      const watchErrors = (_: string, kill: (signal: NodeJS.Signals) => void) => {
        // Amid the fit whose first checkpoint is there.
        poll ??= setInterval(
          () => killIn && existsSync(join(out, 'checkpoints', killIn, 'fit-0-00001.safetensors')) && kill('SIGKILL'),
          5,
        )
      }
      // A fit of fewer batches is over before it is killed.
      const args = ['demo', '--epochs', '2', '--samples', '6400', '--out', out, '--resume']
      return onecycle(args, { watchErrors }).finally(() => clearInterval(poll))
    }
    const whole = await run('whole')
    expect((await run('killed', 'high')).code).toBeNull()
    const second = await run('killed', 'one-cycle')
    expect([second.code, second.stderr]).toEqual([null, expect.stringMatching(/The fit goes on from .*high\/fit-0-0000\d/)])
    const last = await run('killed')
    expect(last.stderr).toMatch(/The fit goes on from .*one-cycle\/fit-0-0000\d/)
    // Time is not the same in two runs; the machine may be another.
    const rows = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
      `${stderr}\n${stdout}`.split('\n').flatMap(line => /^(\d|fit\S+ +\d\S+\(?)(.*\.\d{4,6})/.exec(line)?.[0] ?? [])
    expect(rows(last)).toEqual(rows(whole))
    expect(rows(whole).length).toBe(9)
    for (const plot of ['lr_find', 'lr', 'losses', 'metrics'])
      expect(await readFile(join(folder, 'killed', `${plot}.json`), 'utf8')).toBe(
        await readFile(join(folder, 'whole', `${plot}.json`), 'utf8'),
      )
  }, 240_000)

  test.each([
    ['SIGINT', 130, 'Ctrl-C'],
    ['SIGTERM', 143, 'SIGTERM'],
  ] as const)('%s ends it with exit code %s, and one line', async (signal, expected, name) => {
    let told = false
    const args = ['demo', '--epochs', '50', '--samples', '640', '--out', join(folder, 'interrupted')]
    const { code, stderr } = await onecycle(args, {
      watchErrors(output, kill) {
        if (told || !/^epoch/m.test(output)) return
        told = true
        kill(signal)
      },
    })
    expect(code).toBe(expected)
    expect(stderr).toMatch(new RegExp(`\n(interrupted in epoch .*\n)?Interrupted by ${name}: fit, .*\n$`))
  })

  test('a folder that cannot be made is an error, before anything is trained for it', async () => {
    const file = join(folder, 'a file')
    await writeFile(file, '')
    const { code, stdout, stderr } = await onecycle(['demo', '--out', join(file, 'inside')])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error: .*a file/m)
  })
})

describe('a table is trained on, kept as a run, and used', () => {
  const runs = () => join(folder, 'runs')
  const csv = () => join(folder, 'flowers.csv')
  const given = () => ['--data', csv(), '--y', 'kind', '--runs', runs(), '--epochs', '2', '--layers', '8', '--no-progress']

  beforeAll(async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 3},${(i % 3) * 2 + (i % 5) / 10},${'abc'[i % 3]}`)
    await writeFile(csv(), `a,b,kind\n${rows.join('\n')}\n`)
    await writeFile(join(folder, 'job.yaml'), `data: ${csv()}\ny: kind\nepochs: 1\nlr: 0.01\npolicy: cosine\n`)
  })

  test('train searches for a rate, and leaves all of the run in its folder', async () => {
    const { code, stdout, stderr } = await onecycle(['train', ...given(), '--name', 'first', '--json'])
    expect([code, stderr]).toEqual([0, expect.stringContaining('tabular_learner: ')])
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ run: join(runs(), 'first'), reason: 'completed', figures: { epoch: 1 } })
    expect(result.lr).toBeGreaterThan(0)
    expect((await readdir(result.run)).sort()).toEqual(
      ['checkpoints', 'config.json', 'history.csv', 'log.jsonl', 'manifest.json', 'model', 'plots', 'weights.safetensors'].sort(),
    )
    expect(JSON.parse(await readFile(join(result.run, 'config.json'), 'utf8'))).toMatchObject({ epochs: 2, lr: result.lr })
    const again = await onecycle(['train', ...given(), '--name', 'first'])
    expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('onecycle train --resume') })
  })

  test('a file of keys does the same, and runs are listed, shown, compared, drawn and removed', async () => {
    const args = ['train', '--config', join(folder, 'job.yaml'), '--runs', runs(), '--name', 'second']
    const trained = await onecycle(args)
    expect(trained.stdout).toBe(`${join(runs(), 'second')}\n`)
    expect(trained.stderr).toMatch(/^epoch {2}train_loss {3}valid_loss {3}accuracy {5}time\n0 [\s\S]*\ncompleted at lr 0\.01/m)
    const list = JSON.parse((await onecycle(['runs', 'list', '--runs', runs(), '--json'])).stdout)
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['second', 'first'])
    const out = join(folder, 'compared.svg')
    const compared = await onecycle(['runs', '--runs', runs(), 'compare', 'first', 'second', '--out', out])
    expect(compared.stdout).toMatch(/hparams\.epochs +2 +1\n/)
    expect(await readFile(out, 'utf8')).toMatch(/^<svg[\s\S]*first[\s\S]*second/)
    const drawn = await onecycle(['runs', '--runs', runs(), 'plot', 'first', 'lr_find'])
    expect(drawn.stdout).toContain('Learning rate')
    expect(await onecycle(['runs', '--runs', runs(), 'show', 'third'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no run third'),
    })
    expect((await onecycle(['runs', '--runs', runs(), 'rm', 'second'])).stderr).toContain('say so with --yes')
    await onecycle(['runs', '--runs', runs(), 'rm', 'second', '--yes'])
    expect((await onecycle(['runs', '--runs', runs(), 'list'])).stdout).not.toContain('second')
  })

  test('a run predicts, is measured again, and is exported', async () => {
    const first = join(runs(), 'first')
    const out = join(folder, 'answers.csv')
    expect(await onecycle(['predict', first, csv(), '-o', out])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('Hi, looks'),
    })
    expect((await readFile(out, 'utf8')).split('\n')[0]).toBe('a,b,kind,label,probs.a,probs.b,probs.c')
    const figures = JSON.parse((await onecycle(['validate', first, '--data', csv(), '--json'])).stdout)
    expect(figures).toEqual({ valid_loss: expect.any(Number), accuracy: expect.any(Number) })
    const onnx = join(folder, 'flowers.onnx')
    expect((await onecycle(['export', first, onnx, '--format', 'onnx'])).code).toBe(0)
    expect((await readFile(onnx)).length).toBeGreaterThan(100)
  })

  test.each([
    [['train'], 'There is no data: say with --data'],
    [['train', '--data', 'iris', '--tui'], '--tui shows a fit on a whole terminal, and standard error is none.'],
    [['runs', 'plot', 'a', 'rates'], 'There is no plot rates of a run'],
    [['watch', 'nope'], "There is no run 'nope' in runs"],
    [['watch', '--port', '99999'], 'Expected a whole number from 1 to 65535.'],
    [['watch', '--host', 'a b'], 'host must be the address of this machine'],
    [['completion', 'csh'], 'There is no completion for csh'],
    [['trian'], 'unknown command'],
    [['train', '--data', 'iris', '--lr', 'fast'], 'Expected auto, or a number above 0.'],
    [['train', '--data', 'iris', '--policy', 'linear'], 'Allowed choices are one_cycle'],
  ])('%j is refused', async (args, message) => {
    expect(await onecycle(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) })
  })

  test('what is refused is JSON where that is asked for, with its code', async () => {
    const { code, stdout, stderr } = await onecycle(['train', '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(JSON.parse(stderr)).toEqual({
      error: { name: 'UsageError', code: 'job-data', message: expect.stringMatching(/^There is no data/) },
    })
    const unknown = await onecycle(['train', '--epoch', '3', '--json'])
    expect(JSON.parse(unknown.stderr).error).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^unknown option '--epoch'/),
    })
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
  })

  test('the code of an error is named, and explained', async () => {
    const { stderr } = await onecycle(['train'])
    const [asked] = /onecycle explain job-data/.exec(stderr)!
    const told = await onecycle(asked.split(' ').slice(1))
    expect(told).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^job-data[\s\S]*--data churn\.csv[\s\S]*#job-data\n$/),
    })
    expect(await onecycle(['explain', stderr])).toEqual(told)
    expect(
      await runNode(['-e', "process.exitCode = 3; throw new Error('mine')"]).then(({ stderr }) => onecycle(['explain', stderr])),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no error of onecycle'),
    })
    expect(await onecycle(['explain', 'EPIPE'])).toMatchObject({ code: 2, stderr: expect.stringContaining('broken pipe') })
  })

  test('a new project has what it needs, and replaces nothing', async () => {
    const project = join(folder, 'My Project')
    expect(await onecycle(['new', project])).toEqual({
      code: 0,
      stdout: `${project}\n`,
      stderr: expect.stringContaining('npm install'),
    })
    expect((await readdir(project)).sort()).toEqual(['.gitignore', 'job.yaml', 'package.json', 'train.ts', 'tsconfig.json'])
    expect(JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))).toMatchObject({
      name: 'my-project',
      type: 'module',
    })
    expect((await onecycle(['new', project])).stderr).toContain('is there already')
  })

  test.each([
    [['train', '--pol'], '--policy'],
    [['train', '--policy', ''], 'one_cycle flat_cos cosine clr constant'],
    [['train', '--data', 'flowers.c'], 'flowers.csv'],
    [['runs', 'sh'], 'show'],
    [['runs', 'show', 'f'], 'first'],
    [['schedule', 'cyclic_lr', '--mode', ''], 'triangular triangular2 exp_range'],
  ])('bash completes %j', async (words, expected) => {
    script ??= (await onecycle(['completion', 'bash'])).stdout
    const asked = `COMP_WORDS=(onecycle ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _onecycle; echo "\${COMPREPLY[@]}"`
    expect((await run('bash', ['-c', `${script}\n${asked}`], { cwd: folder })).stdout.trim()).toBe(expected)
  })
})
