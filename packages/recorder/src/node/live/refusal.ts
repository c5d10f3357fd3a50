import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

const loopback = ['127.0.0.1', 'localhost', '::1']

/**
 * Why a request is not answered, as a status and a sentence: it comes by a name that is not this machine's (a page elsewhere whose name was made
 * to lead here), or from a page of another origin. A button is pressed by the page itself, and by nobody else.
 *
 * @param host what is listened at
 */
export function refusal({ method, headers }: IncomingMessage, host: string): readonly [number, string] | undefined {
  if (method !== 'GET' && method !== 'POST') return [405, 'There is GET and POST.']
  const { host: asked = '', origin } = headers
  const name = asked
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  // Whoever listens at more than this machine is reached by its other addresses too; names can be made to lead anywhere, numbers cannot.
  const isOurs = loopback.includes(name) || name === host.toLowerCase() || (!loopback.includes(host) && isIP(name) !== 0)
  if (!isOurs) return [403, 'This page is not served by that name.']
  if (origin !== undefined ? origin !== `http://${asked}` : method === 'POST') return [403, 'Another page may not ask for this.']
  const [site, mode] = [headers['sec-fetch-site'], headers['sec-fetch-mode']]
  const isOpened = method === 'GET' && mode === 'navigate' && headers['sec-fetch-dest'] === 'document'
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isOpened)
    return [403, 'Another page may not ask for this.']
  return undefined
}
