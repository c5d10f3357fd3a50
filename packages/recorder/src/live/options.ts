import { checkCount, checkOptions, kind, show, typeError } from '@onecycle/platform'
import { elementKind } from '../log/element-kind.js'

/** What a `Dashboard` is given: an element of a page, or a port and its address, and where checkpoints go. */
export interface DashboardOptions {
  /** Of a page: shown there, in the place of what is in it. Default: in Node a page of its own is served. */
  element?: HTMLElement | undefined
  /** Where the page is served. Default: the first port that is free from 7400 on. */
  port?: number | undefined
  /** Who may reach it. Default `127.0.0.1`: this machine alone; `0.0.0.0` is whoever has the address with its token. */
  host?: string | undefined
  /** What the address has in it, without which nobody sees anything: letters and digits, 16 or more. Default: a new one, at random. */
  token?: string | undefined
  /** Whether the page is opened in a browser of this machine. Default false: its address is said. */
  open?: boolean | undefined
  /** Folder for what the checkpoint button saves, where the fit has no `Checkpoint`. Default `checkpoints`. */
  checkpoints?: string | undefined
  /** What the run is called. Default: `run`. */
  name?: string | undefined
  /** What the program was told, plain data: shown beside the figures. */
  hparams?: Readonly<Record<string, unknown>> | undefined
}

/** @throws TypeError, RangeError */
export function checkDashboardOptions(options: DashboardOptions): void {
  checkOptions<DashboardOptions>('Dashboard', options, {
    ...{ element: elementKind, port: kind.any, host: kind.string, token: kind.string, open: kind.boolean },
    ...{ checkpoints: kind.string, name: kind.string, hparams: kind.object },
  })
  const { element, port, token, host, open } = options
  const served = Object.entries({ port, token, host, open }).filter(([, value]) => value !== undefined)
  if (element && served.length > 0)
    throw typeError(
      'one-or-other',
      `Dashboard shows a fit in an element, or serves a page in Node: element and ${served.map(([name]) => name).join(', ')} exclude each other.`,
    )
  checkServed('Dashboard', { port, host, token })
}

/** Where `owner` serves. @throws TypeError, RangeError */
export function checkServed(owner: string, { port, host, token }: Pick<DashboardOptions, 'port' | 'host' | 'token'>): void {
  if (port !== undefined) checkCount('port', port, 1, 65_535)
  if (host !== undefined && !/^[\w.:[\]-]+$/.test(host))
    throw typeError(
      'live-address',
      `${owner}: host must be the address of this machine that is listened at, such as '127.0.0.1', but it is ${show(host)}.`,
    )
  if (token !== undefined && !/^[\w-]{16,128}$/.test(token))
    throw typeError(
      'live-address',
      `${owner}: token must be 16 to 128 letters, digits, - or _, which nobody guesses, but it is ${show(token)}.`,
    )
}
