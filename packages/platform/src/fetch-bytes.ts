import { plainError } from './errors.js'
import { notThere } from './store.js'

/**
 * What lies at an address.
 *
 * @throws Error when the answer is no success, like that of a missing file for 404 and 410; or when there is no answer
 */
export async function fetchBytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch(cause => {
    throw plainError('no-answer', `there is no answer, ${cause.cause?.message || cause.message}`, { cause })
  })
  const { ok, status, statusText } = response
  const answer = `the answer is ${status} ${statusText}`.trim()
  if (status === 404 || status === 410) throw notThere(answer)
  if (!ok) throw plainError('no-answer', answer)
  return new Uint8Array(await response.arrayBuffer())
}
