import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeSafetensors } from '../../../packages/learner/src/checkpoint/testing/whole-file.js'
import { aroundSteps, fileSteps } from '../file-steps.js'
import { begunAnew, dieIn, endingOf, endsWell, free, lostIn, type Outcome, program, trainIn, trial } from './lab.js'

/** Each step of writing fails, once or always: training goes on. */
export async function* failingWrites(): AsyncGenerator<Outcome> {
  for (const failing of fileSteps)
    for (const [often, limit] of [
      ['once', 1],
      ['always', Number.POSITIVE_INFINITY],
    ] as const) {
      let failures = 0
      const outcome = await trial(`${failing} fails ${often}`, async dir => {
        const mend = await aroundSteps(
          [failing],
          work =>
            async function (...args) {
              if (failures >= limit) return work.apply(this, args)
              failures++
              throw Object.assign(new Error(`EIO: i/o error, ${failing}`), { code: 'EIO' })
            },
        )
        const ended = await ends(dir).finally(mend)
        return { ...ended, lost: [...ended.lost, ...(await lostIn(dir))] }
      })
      if (failures > 0) yield outcome
    }
}

/** What comes of a training in a folder where not all can be written. */
async function ends(dir: string): Promise<{ outcome: string; lost: string[] }> {
  const whole = program()
  const ending = await endingOf(trainIn(dir, whole.learn))
  const lines = whole.said.filter(line => line.startsWith('Training goes on without'))
  // What is in a folder that cannot be read is not to be begun over.
  const refused = ending !== 'goes on' && whole.learn.train_iter === 0
  const lost = refused || (await endsWell(whole)) ? [] : ['the fit ends with other bits']
  free(whole)
  const said = lines.length === 0 ? '' : `, and says ${lines.length === 1 ? 'once' : `${lines.length} times`} why`
  return { outcome: `${ending}${said}`, lost }
}

/** A disk that is full, and a folder in which nothing may be written, as far as this person may make them. */
export async function* fullDisks(): AsyncGenerator<Outcome> {
  const disk = mkdtempSync(join(tmpdir(), 'onecycle-disk-'))
  try {
    if (!mount(disk, 'size=64k')) return
    for (const free of [0, 8, 20, 40])
      yield trial(
        `a disk with ${free} KB left`,
        async dir => {
          writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 * (64 - 4 - free)))
          const ended = await ends(dir)
          if (free < 20 && !ended.outcome.includes('why')) ended.lost.push('a warning')
          rmSync(join(disk, 'filler'))
          return { ...ended, lost: [...ended.lost, ...(await lostIn(dir))] }
        },
        disk,
      )
    yield trial(
      'a disk that is full when the fit goes on',
      async dir => {
        await dieIn(dir)
        const size = 1024 * 64
        try {
          for (let i = 0; i < size; i += 1024) writeFileSync(join(disk, 'filler'), Buffer.alloc(1024), { flag: 'a' })
        } catch {
          // Full.
        }
        const ended = await ends(dir)
        rmSync(join(disk, 'filler'))
        return { ...ended, lost: [...ended.lost, ...(await lostIn(dir))] }
      },
      disk,
    )
    yield readOnly(
      disk,
      () => execFileSync('mount', ['-o', 'remount,ro', disk]),
      () => execFileSync('mount', ['-o', 'remount,rw', disk]),
    )
  } finally {
    unmount(disk)
    rmSync(disk, { recursive: true })
  }
}

/** A folder in which nothing may be written, for whom its mode counts. */
export async function* readOnlyFolders(): AsyncGenerator<Outcome> {
  if (process.getuid?.() === 0) return
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-disk-'))
  yield await readOnly(
    folder,
    dir => chmodSync(dir, 0o555),
    dir => chmodSync(dir, 0o755),
  )
  rmSync(folder, { recursive: true })
}

function readOnly(folder: string, shut: (dir: string) => void, open: (dir: string) => void): Promise<Outcome> {
  return trial(
    'a folder that is read only when the fit goes on',
    async dir => {
      await dieIn(dir)
      shut(dir)
      const ended = await ends(dir).finally(() => open(dir))
      if (!ended.outcome.includes('why')) ended.lost.push('a warning')
      return { ...ended, lost: [...ended.lost, ...(await lostIn(dir))] }
    },
    folder,
  )
}

function mount(disk: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function unmount(disk: string): void {
  try {
    execFileSync('umount', [disk], { stdio: 'ignore' })
  } catch {
    // Was never mounted.
  }
}

/** What may lie in a folder beside good checkpoints, or in the place of one. */
const spoils: Record<string, (dir: string, newest: string, all: string[]) => void> = {
  'the newest cut short': (_, newest) => truncateSync(newest, Math.floor(statSync(newest).size / 2)),
  'the newest with a flipped bit': (_, newest) => {
    const bytes = readFileSync(newest)
    bytes[bytes.length - 5]! ^= 8
    writeFileSync(newest, bytes)
  },
  'the newest empty': (_, newest) => truncateSync(newest, 0),
  'a folder in the place of the newest': (_, newest) => {
    rmSync(newest)
    mkdirSync(newest)
  },
  'the newest removed': (_, newest) => rmSync(newest),
  'all cut short': (_, __, all) => {
    for (const file of all) truncateSync(file, 100)
  },
  'all removed': (_, __, all) => {
    for (const file of all) rmSync(file)
  },
  'the folder removed': dir => rmSync(dir, { recursive: true }),
  'a safetensors file of another origin': dir =>
    writeFileSync(join(dir, 'fit-0-00099.safetensors'), encodeSafetensors({ tensors: {}, metadata: {} })),
  'a text under the name of a checkpoint': dir => writeFileSync(join(dir, 'fit-0-00099.safetensors'), 'mine'),
  'a link that leads nowhere': dir => symlinkSync(join(dir, 'nothing'), join(dir, 'fit-0-00099.safetensors')),
  'a pipe under the name of a checkpoint': dir => {
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(dir, 'fit-0-00099.safetensors')])
  },
  'a half written file of a dead process': (dir, newest) =>
    writeFileSync(join(dir, 'fit-0-00099.safetensors.0a1b.tmp'), readFileSync(newest).subarray(0, 500)),
  'notes of a person': dir => writeFileSync(join(dir, 'notes.txt'), 'mine'),
}

/** A fit goes on from the newest good checkpoint, or begins. */
export async function* spoiledFolders(): AsyncGenerator<Outcome> {
  for (const [what, spoil] of Object.entries(spoils))
    yield trial(what, async dir => {
      await dieIn(dir)
      const all = readdirSync(dir)
        .sort()
        .map(name => join(dir, name))
      spoil(dir, all.at(-1)!, all)
      const { said, lost } = await begunAnew(dir)
      mkdirSync(dir, { recursive: true })
      const damaged = said.filter(line => line.includes('The checkpoint before it is used')).length
      const from = said.some(line => line.startsWith('The fit goes on')) ? 'goes on' : 'begins'
      return { outcome: `${from}${damaged > 0 ? `, and names ${damaged}` : ''}`, lost }
    })
}
