import type { Comparison, LiveMessage, RunInList } from './message.js'
import type { Act, Pulse } from './pulse.js'

/** What a page is served from: a fit that runs here, or logs of runs. */
export interface LiveSite {
  /** Tells what there is and what comes, until the function that is returned is called. `run` is the one that the page asks for. */
  join(run: string | undefined, hear: (messages: readonly LiveMessage[]) => void): Promise<() => void>
  /** Does what a button says; gives a sentence for who pressed it. */
  act(what: Act, run: string | undefined): Promise<string>
  /** Where it is now: undefined where nothing is known. */
  pulse(run: string | undefined): Pulse | undefined
  /** The runs among which a page may choose, where there are several, and a comparison of some. */
  readonly runs?: { list(): Promise<readonly RunInList[]>; compare(names: readonly string[]): Promise<Comparison> } | undefined
}

export interface ServeOptions {
  /** Where it listens. Default `127.0.0.1`: this machine alone. */
  readonly host?: string | undefined
  /** Default: the first that is free from 7400 on. */
  readonly port?: number | undefined
  /** Who knows it may see and steer. Default: a new one, at random. */
  readonly token?: string | undefined
  /** Folder of the run, of which the address that was noted there is taken again, by who goes on with the run. */
  readonly dir?: string | undefined
}

/** A page that is served. */
export interface LiveServer {
  /** With the token. */
  readonly address: string
  /** Notes the address in the folder of a run, until the process ends. */
  note(dir: string): Promise<void>
  close(): Promise<void>
}
