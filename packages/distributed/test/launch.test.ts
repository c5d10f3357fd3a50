import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { engines, program, titleOf } from './run-ranks.js'

const cli = fileURLToPath(new URL('../../onecycle/dist/cli.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'onecycle-launch-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs `onecycle launch ...args`, and sends it a signal when it has said something. */
function launch(args: readonly string[], signal?: { name: NodeJS.Signals; when: RegExp }) {
  const { FORCE_COLOR: _, ...env } = process.env
  const child = spawn(process.execPath, [cli, 'launch', ...args], { env: { ...env, NO_COLOR: '1' } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (!signal?.when.test(stdout)) return
    child.kill(signal.name)
    signal = undefined
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
}

const module = pathToFileURL(fileURLToPath(new URL('../dist/index.js', import.meta.url))).href
const greeting = join(folder, 'greeting.mts')
writeFileSync(
  greeting,
  `import { distributed } from '${module}'
  const comm = await distributed()
  const rank: number = comm.rank
  console.log(\`\${rank} of \${comm.size} with \${process.argv.slice(2).join(' ')}\`)
  comm.barrier()
  process.exitCode = Number(process.argv[2])
  `,
)

describe.each(engines.map(engine => [titleOf(engine), engine] as const))('launch by %s', (_, engine) => {
  const by = engine.command.split('.')[1]!
  describe.skipIf(engine.missing !== undefined)('starts ranks', () => {
    test('runs TypeScript, passes options and lines on, and gives the exit code of the ranks', async () => {
      const { code, stdout } = await launch(['-n', '3', '--mpiexec', by, greeting, '5', '--epochs', '-n'])
      expect(stdout.trim().split('\n').sort()).toEqual([
        '0 of 3 with 5 --epochs -n',
        '[1] 1 of 3 with 5 --epochs -n',
        '[2] 2 of 3 with 5 --epochs -n',
      ])
      expect(code).toBe(5)
    })

    test('trains an example on two of them, of which one prints', async () => {
      const example = fileURLToPath(new URL('../../../examples/by-feature/several-ranks.ts', import.meta.url))
      const { code, stdout, stderr } = await launch(['-n', '2', '--mpiexec', by, example])
      expect(code, stderr).toBe(0)
      expect(stdout).toMatch(/^\d+ batches, accuracy 0\.9\d+$/m)
      expect(stdout).not.toContain('[1]')
    }, 60_000)

    test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)(
      '%s is heard by all ranks, which end in their own way',
      async name => {
        const when = /(?=[\s\S]*rank 0 waits)[\s\S]*rank 1 waits/
        const { code, stdout } = await launch(['-n', '2', '--mpiexec', by, program('ends.mjs'), 'signal'], { name, when })
        expect(stdout).toMatch(/^rank 0 heard SIGTERM$/m)
        expect(stdout).toMatch(/^\[1\] rank 1 heard SIGTERM$/m)
        expect(code).toBe(143)
      },
    )

    test('ranks go on where nobody reads what they write', async () => {
      const child = spawn(process.execPath, [cli, 'launch', '-n', '2', '--mpiexec', by, program('ends.mjs'), 'talk'])
      child.stdout.once('data', () => child.stdout.destroy())
      let stderr = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      const code = await new Promise(resolve => child.on('close', resolve))
      expect(stderr).toMatch(/^rank 0 has said all$/m)
      expect(stderr).toMatch(/^\[1\] rank 1 has said all$/m)
      expect(code).toBe(0)
    })

    test('SIGTERM ends a fit on all ranks after a batch', async () => {
      const when = /rank 1 trains/
      const { code, stdout, stderr } = await launch(['-n', '2', '--mpiexec', by, program('train.mjs'), 'slow'], {
        name: 'SIGTERM',
        when,
      })
      expect(stdout).not.toContain('epochs')
      expect(stderr).toMatch(/SIGTERM/)
      expect(code).toBe(143)
    })
  })
})

test('what is wrong is said before anything is begun', async () => {
  expect(await launch(['-n', '2', 'no-such.ts'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no program no-such.ts.'),
  })
  expect(await launch([greeting])).toMatchObject({ code: 2, stderr: expect.stringContaining('-n, --ranks <n>') })
  expect(await launch(['-n', '0', greeting])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('a whole number from 1 on'),
  })
  const other = await launch(['-n', '2', '--mpiexec', process.execPath, greeting])
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('is no mpiexec of MPICH, of its kin, or of Open MPI.') })
})
