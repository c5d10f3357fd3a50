import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lockFolder, plainError } from '@onecycle/platform'

/** How a claim is kept alive, in milliseconds. */
export interface Pulse {
  /** Between two beats. */
  readonly beat: number
  /** Without a beat, after which a holder on another machine is taken for lost. */
  readonly patience: number
}

const usual: Pulse = { beat: 5000, patience: 30_000 }

/** A trial's folder that this process alone works in. */
export interface Claim {
  /** Aborted where somebody else took it over, as this process had not shown for long that it lives. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** Beats of holders on other machines: what was seen last, and since when. */
const seen = new Map<string, { text: string; since: number }>()

/**
 * Takes the folder of a trial. Whose process has ended on this machine has lost it; on another machine, of whose processes nothing can be known, who
 * has shown no sign of life for some time, by this machine's clock.
 *
 * @returns undefined where somebody else works in it
 */
export async function claim(dir: string, pulse: Pulse = usual): Promise<Claim | undefined> {
  const lock = join(dir, 'writer.lock')
  const beats = join(dir, 'alive')
  const release = await lockFolder(dir).catch(async error => {
    if (error.code !== 'ELOCKED') throw error
    // What cannot be read for a moment says nothing.
    if (await isLost(lock, beats, pulse).catch(() => false)) {
      // Whoever wrote checkpoints there was the same.
      for (const path of [lock, join(dir, 'checkpoints', 'writer.lock')]) await rm(path, { force: true })
    }
    return undefined
  })
  if (!release) return undefined
  const lost = new AbortController()
  let own: string | undefined
  let beat = 0
  const tell = async () => {
    const holder = await textOf(lock)
    own ??= holder
    if (holder !== own) return lost.abort(plainError('sweep-taken', `${dir} was taken over by another machine.`))
    await writeFile(beats, String(++beat))
  }
  try {
    await tell()
  } catch (error) {
    await release()
    throw error
  }
  let telling: Promise<void> | undefined
  // A disk that is away for a moment is no end.
  const timer = setInterval(() => {
    telling = tell().catch(() => {})
  }, pulse.beat)
  timer.unref()
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(timer)
      await telling
      // Whoever took it over writes its own.
      if (!lost.signal.aborted) await rm(beats, { force: true }).catch(() => {})
      await release()
    },
  }
}

async function isLost(lock: string, beats: string, { patience }: Pulse): Promise<boolean> {
  const holder = await textOf(lock)
  if (hostIn(holder) === hostname()) return false
  const text = `${holder} ${await textOf(beats)}`
  const before = seen.get(lock)
  if (before?.text !== text) seen.set(lock, { text, since: performance.now() })
  return before?.text === text && performance.now() - before.since > patience
}

function hostIn(holder: string): string | undefined {
  try {
    return (JSON.parse(holder) as { host?: string } | null)?.host
  } catch {
    return undefined
  }
}

/** Nothing, where there is no such file. */
function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}
