import { read } from '@onecycle/platform'

/** Where a page of a run is served, as the folder of the run notes it. */
interface NotedAddress {
  readonly address: string
  readonly port: number
  readonly token: string
}

export const notedName = 'live.json'

/**
 * What a note says; undefined for what is none. A folder may come from anywhere, so an address of another machine counts as none.
 */
function addressIn(note: string): NotedAddress | undefined {
  try {
    const { address } = JSON.parse(note) as { address: string }
    const { protocol, hostname, port, pathname } = new URL(address)
    const [, token] = /^\/([\w-]{16,128})\/$/.exec(pathname) ?? []
    const isHere = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    return token !== undefined && isHere && port ? { address, port: Number(port), token } : undefined
  } catch {
    return undefined
  }
}

/** What the folder of a run notes; undefined where there is nothing of that kind. */
export async function notedAddress(dir: string): Promise<NotedAddress | undefined> {
  const note = await read(`${dir}/${notedName}`).catch(() => undefined)
  return note && addressIn(new TextDecoder().decode(note))
}
