import { plainError } from '@onecycle/platform'
import type { LiveServer, LiveSite, ServeOptions } from '../live/site.js'

/** @throws Error: a page listens to nobody, and says what there is */
export async function serveLive(_site: LiveSite, _options: ServeOptions): Promise<LiveServer> {
  throw plainError(
    'no-server-in-page',
    'A page or a worker cannot serve another page. Show the fit in this one, new Dashboard({ element: document.querySelector(...) }); ' +
      'where a worker trains, its page does: Dashboard.follow(training, { element }).',
  )
}

/** A page opens none by itself. */
export function openInBrowser(_address: string): void {}
