import { checkOptions, kind, namesIn, plainError, rangeError, show } from '@onecycle/platform'
import { serveLive } from '#recorder/live-server.js'
import { listRuns, openRun, runDifferences } from '../run/runs.js'
import { FollowedRun } from './followed-run.js'
import type { Comparison, LiveMessage, RunInList } from './message.js'
import { checkServed, type DashboardOptions } from './options.js'
import type { Act, Pulse } from './pulse.js'
import type { LiveServer, LiveSite } from './site.js'

/** What `watchRuns` is given: the folder of runs, or one run, and the port that it is served at. */
export interface WatchOptions extends Pick<DashboardOptions, 'port' | 'host' | 'token'> {
  /** Folder of runs. Default `runs`. */
  runs?: string | undefined
  /**
   * The run that is shown first: its name in that folder, its own folder, or a log. Default: the one that was begun last. Of a folder of runs, such as a
   * sweep's, it is the one of them that was begun last, beside the others.
   */
  run?: string | undefined
}

/** A page over runs. */
export interface WatchedRuns extends LiveServer {
  /** The folder of the run that is shown first, or its log. */
  readonly run: string
}

/**
 * Serves the live page over runs in folders, while they are written by other processes and when they are over: what their logs say, also where a run is killed
 * and goes on. Where the fit of a run lives and has a {@link Dashboard}, the page has its buttons. Several runs can be compared. In Node; it keeps no
 * process alive.
 *
 * @throws TypeError for an unknown option; RangeError where there is no such run; Error where the port is in use
 * @example
 * const { address, close } = await watchRuns({ run: 'churn-1' })
 */
export async function watchRuns(options: WatchOptions = {}): Promise<WatchedRuns> {
  checkOptions<WatchOptions>('watchRuns', options, {
    ...{ runs: kind.string, run: kind.string, port: kind.any, host: kind.string, token: kind.string },
  })
  checkServed('watchRuns', options)
  const { runs = 'runs', run, ...served } = options
  const place = await placeOf(runs.replace(/(.)\/+$/, '$1'), run)
  return { ...(await serveLive(new RunsSite(place), served)), run: place.first.dir ?? place.first.path }
}

interface Place {
  /** Folder of runs. */
  readonly base: string
  readonly first: { readonly id: string; readonly path: string; readonly dir: string | undefined }
}

/** Where the first run is, and those beside it. */
async function placeOf(base: string, run: string | undefined): Promise<Place> {
  if (run === undefined) {
    const [newest] = await listRuns(base)
    if (!newest)
      throw rangeError('no-such-run', `There are no runs in ${base}. onecycle train makes one, and so does a RunFolder.`)
    return { base, first: inFolder(newest.dir) }
  }
  if (/\.jsonl$/.test(run)) return { base, first: { id: run, path: run, dir: undefined } }
  const folders = [`${base}/${run}`, run.replace(/(.)\/+$/, '$1')]
  for (const dir of folders)
    if ((await namesIn(dir)).includes('log.jsonl')) {
      const above = dir.slice(0, -(inFolder(dir).id.length + 1)) || '.'
      return { base: above, first: inFolder(dir) }
    }
  // A folder of runs within it, such as that of a sweep.
  for (const dir of folders) {
    const [newest] = await listRuns(dir)
    if (newest) return { base: dir, first: inFolder(newest.dir) }
  }
  const there = (await listRuns(base)).map(({ dir }) => inFolder(dir).id)
  throw rangeError(
    'no-such-run',
    `There is no run ${show(run)} in ${base}${there.length > 0 ? `; there are ${there.join(', ')}` : ''}.`,
  )
}

function inFolder(dir: string) {
  return { id: dir.split(/[\\/]/).at(-1)!, path: `${dir}/log.jsonl`, dir }
}

/** Answers a page from logs. */
class RunsSite implements LiveSite {
  readonly #place: Place
  readonly #followed = new Map<string, FollowedRun>()

  constructor(place: Place) {
    this.#place = place
  }

  async join(run: string | undefined, hear: (messages: readonly LiveMessage[]) => void): Promise<() => void> {
    return (await this.#run(run)).join(hear)
  }

  async act(what: Act, run: string | undefined): Promise<string> {
    return (await this.#run(run)).act(what)
  }

  pulse(run: string | undefined): Pulse | undefined {
    return this.#followed.get(run ?? this.#place.first.id)?.pulse
  }

  readonly runs = {
    list: async (): Promise<RunInList[]> =>
      (await listRuns(this.#place.base)).map(({ dir, name, begun, state, fits }) => {
        const { epochs = 0, n_epoch = 0, last } = fits.at(-1) ?? {}
        const { id } = inFolder(dir)
        return {
          id,
          name,
          begun,
          state,
          epochs,
          n_epoch,
          valid_loss: last?.valid_loss ?? null,
          first: dir === this.#place.first.dir,
        }
      }),
    compare: async (ids: readonly string[]): Promise<Comparison> => {
      const runs = await Promise.all(
        ids.map(async id => {
          const run = await this.#run(id)
          await run.log.read()
          return { id, story: run.log.story.state(), manifest: await openRun(`${this.#place.base}/${id}`) }
        }),
      )
      return {
        runs: runs.map(({ id, story }) => ({ id, story })),
        differences: runDifferences(runs.map(({ manifest }) => manifest)),
      }
    },
  }

  /** A page may ask for those alone that are in the folder. */
  async #run(id = this.#place.first.id): Promise<FollowedRun> {
    const known = this.#followed.get(id)
    if (known) return known
    const { base, first } = this.#place
    const isThere = id === first.id || (!/[\\/]/.test(id) && (await namesIn(base)).includes(id))
    if (!isThere) throw plainError('no-such-run', `There is no run ${show(id)} in ${base}.`)
    const { path, dir } = id === first.id ? first : inFolder(`${base}/${id}`)
    const run = new FollowedRun(path, dir)
    this.#followed.set(id, run)
    return run
  }
}
